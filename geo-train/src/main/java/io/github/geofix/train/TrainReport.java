package io.github.geofix.train;

import java.util.List;

/**
 * What a run did, from its first step on even if it was interrupted and resumed.
 *
 * @param steps optimizer steps taken
 * @param photos photos seen in them, repetitions included
 * @param seconds wall-clock time of the part that this call ran
 * @param finalLoss mean loss over the last epoch, complete or not; NaN before the first step
 * @param epochs one line for each epoch; where a longer run took up again an epoch that {@code
 *     maxSteps} had cut short, the first line stays if its weights are still the best
 * @param bestEpoch the epoch of the lowest validation loss, whose weights the network now has; -1
 *     without validation, when it has the last weights
 * @param ending why it ended
 */
public record TrainReport(
    long steps,
    long photos,
    double seconds,
    double finalLoss,
    List<Epoch> epochs,
    int bestEpoch,
    Ending ending) {

  /** Why a run ended. */
  public enum Ending {
    /** All steps were taken. */
    COMPLETED,
    /** The validation loss did not fall any more. */
    NO_GAIN,
    /** Somebody asked it to stop; with a run folder, the same call goes on from there. */
    STOPPED
  }

  /**
   * One pass over the photos.
   *
   * @param epoch 0, 1, ...
   * @param steps steps taken since the start of the run
   * @param loss mean loss over the epoch's steps
   * @param validationLoss mean loss over the validation photos, NaN if there are none
   * @param rate learning rate of its last step
   */
  public record Epoch(int epoch, long steps, double loss, double validationLoss, double rate) {}

  /** Copies the list. */
  public TrainReport {
    epochs = List.copyOf(epochs);
  }
}
