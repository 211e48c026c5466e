package io.github.geofix.train;

import io.github.geofix.models.io.ModelCard;
import io.github.geofix.train.TrainOptions.Stopping;
import java.util.List;

/**
 * Result of a run, from its first step on even if it was interrupted and resumed.
 *
 * @param steps optimizer steps taken
 * @param photos photos seen in them, repetitions included
 * @param seconds wall-clock time of the part that this call ran
 * @param finalLoss mean loss over the last epoch, complete or not; NaN before the first step
 * @param epochs the epochs in order; where a longer run resumed an epoch that {@code maxSteps} had
 *     cut short, the first entry stays if its weights are still the best
 * @param bestEpoch the best epoch by validation, see {@link Stopping#withinMeters}, whose weights
 *     the network has now; -1 without validation, when it has the last weights
 * @param ending why the run ended
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
    /** Early stopping: no epoch was better any more. */
    NO_GAIN,
    /** It was asked to stop; with a run folder, the same call resumes it. */
    STOPPED
  }

  /**
   * One pass over the photos.
   *
   * @param epoch 0, 1, ...
   * @param steps steps taken since the start of the run
   * @param loss mean loss over the epoch's steps
   * @param validationLoss mean loss over the validation photos, NaN if there are none
   * @param validationShare share of the validation photos located within {@link
   *     Stopping#withinMeters}, NaN if that is 0
   * @param learningRate learning rate of its last step
   */
  public record Epoch(
      int epoch,
      long steps,
      double loss,
      double validationLoss,
      double validationShare,
      double learningRate) {

    /** Returns whether this epoch is to be preferred to another. */
    boolean isBetterThan(Epoch other) {
      return validationShare > other.validationShare
          || (!(validationShare < other.validationShare) && validationLoss < other.validationLoss);
    }
  }

  /** Copies the list. */
  public TrainReport {
    epochs = List.copyOf(epochs);
  }

  /**
   * Returns the card of the model that was trained, to save with it.
   *
   * @param data what it was trained on, in words
   * @param options those of the run
   */
  public ModelCard card(String data, TrainOptions options) {
    return ModelCard.now(data, photos, steps, options.seed(), seconds, NamedValues.of(options));
  }
}
