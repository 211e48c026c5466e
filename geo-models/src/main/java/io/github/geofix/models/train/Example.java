package io.github.geofix.models.train;

/**
 * One training example as plain numbers, made on a worker thread.
 *
 * @param inputs one row-major array for each input shape of the model, such as {@code [3, H, W]}
 * @param targets one array for each kind of target, such as the cell labels of all levels
 */
public record Example(float[][] inputs, long[][] targets) {}
