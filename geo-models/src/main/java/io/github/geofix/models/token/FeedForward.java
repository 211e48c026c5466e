package io.github.geofix.models.token;

import ai.djl.ndarray.NDArray;
import io.github.geofix.models.internal.nn.Dropout;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;

/**
 * The two linear layers of a transformer layer with ReLU between. PyTorch gives them no common
 * prefix, so the layer they belong to names them.
 */
record FeedForward(Linear linear1, Linear linear2, Dropout dropout) {

  FeedForward(TokenNetwork.Options options) {
    this(
        new Linear(options.dimension(), options.feedForwardSize()),
        new Linear(options.feedForwardSize(), options.dimension()),
        new Dropout(options.dropout()));
  }

  NDArray forward(Forward f, NDArray x) {
    NDArray hidden = Activation.RELU.apply(linear1.forward(f, x));
    return linear2.forward(f, dropout.forward(f, hidden));
  }
}
