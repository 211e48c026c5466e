package io.github.geofix.train;

/**
 * Progress of a run after a step.
 *
 * @param step steps taken, 1 to {@code steps}
 * @param steps steps of the whole run
 * @param epoch the epoch of the step, from 0
 * @param loss loss of the step's batch
 * @param learningRate learning rate of the step
 * @param gradientNorm Euclidean norm of all gradients before clipping
 * @param examplesPerSecond moving average of the throughput
 */
public record Progress(
    long step,
    long steps,
    int epoch,
    double loss,
    double learningRate,
    double gradientNorm,
    double examplesPerSecond) {}
