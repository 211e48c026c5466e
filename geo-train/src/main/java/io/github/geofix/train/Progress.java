package io.github.geofix.train;

/**
 * Where a run stands after a step.
 *
 * @param step steps taken, 1 to {@code steps}
 * @param steps steps of the whole run
 * @param epoch the epoch of the step, from 0
 * @param loss loss of the step's batch
 * @param rate learning rate of the step
 * @param gradientNorm Euclidean norm of all gradients before clipping
 * @param examplesPerSecond throughput of late
 */
public record Progress(
    long step,
    long steps,
    int epoch,
    double loss,
    double rate,
    double gradientNorm,
    double examplesPerSecond) {}
