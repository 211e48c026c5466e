package io.github.geofix.train;

import java.util.List;

/**
 * What a run did.
 *
 * @param steps optimizer steps taken
 * @param seconds wall-clock time
 * @param finalLoss mean loss over the last epoch, complete or not
 * @param epochs one line for each epoch
 */
public record TrainReport(long steps, double seconds, double finalLoss, List<Epoch> epochs) {

  /**
   * One pass over the photos.
   *
   * @param epoch 0, 1, ...
   * @param steps steps taken since the start of the run
   * @param loss mean loss over the epoch's steps
   * @param rate learning rate of its last step
   */
  public record Epoch(int epoch, long steps, double loss, double rate) {}

  /** Copies the list. */
  public TrainReport {
    epochs = List.copyOf(epochs);
  }
}
