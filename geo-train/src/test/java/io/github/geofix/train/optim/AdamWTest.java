package io.github.geofix.train.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.nn.Parameter;
import io.github.geofix.models.nn.Parameter.Init;
import io.github.geofix.models.nn.TorchEngine;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdamWTest {

  /** Two parameters whose gradient is what a test says: the loss is their product with it. */
  private static final class Two extends Module {
    final Parameter a = parameter("a", Init.normal(1), 5);
    final Parameter b = parameter("b", Init.normal(1), 2, 3);

    void backward(float[] gradientA, float[] gradientB) {
      try (NDManager manager = TorchEngine.newManager();
          GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
        NDArray loss =
            manager
                .create(gradientA)
                .mul(a.array())
                .sum()
                .add(manager.create(gradientB, b.shape()).mul(b.array()).sum());
        collector.backward(loss);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void followsTheDefinition(long seed) {
    AdamW.Options options =
        AdamW.Options.defaults()
            .withLearningRate(1)
            .withBetas(0.8, 0.95)
            .withEpsilon(1e-3)
            .withWeightDecay(0.1);
    Random random = new Random(seed);
    try (NDManager manager = TorchEngine.newManager()) {
      Two net = new Two();
      net.initialize(manager, seed);
      net.requireGradients(true);
      double[] p = new double[5];
      for (int i = 0; i < 5; i++) {
        p[i] = net.a.array().toFloatArray()[i];
      }
      double[] m = new double[5];
      double[] v = new double[5];
      try (AdamW optimizer = AdamW.of(net, options)) {
        for (int t = 1; t <= 20; t++) {
          float[] g = gaussian(5, random);
          net.backward(g, gaussian(6, random));
          double rate = 0.05 / t;
          optimizer.step(rate);
          for (int i = 0; i < 5; i++) {
            p[i] -= rate * 0.1 * p[i];
            m[i] = 0.8 * m[i] + 0.2 * g[i];
            v[i] = 0.95 * v[i] + 0.05 * g[i] * g[i];
            double mHat = m[i] / (1 - Math.pow(0.8, t));
            double vHat = v[i] / (1 - Math.pow(0.95, t));
            p[i] -= rate * mHat / (Math.sqrt(vHat) + 1e-3);
          }
          float[] values = net.a.array().toFloatArray();
          for (int i = 0; i < 5; i++) {
            assertThat((double) values[i])
                .as("step %d, value %d", t, i)
                .isCloseTo(p[i], within(1e-5));
          }
        }
      }
    }
  }

  @Test
  void addsEpsilonOutsideTheRootAsPyTorchDoes() {
    // A gradient of epsilon's size shows it: the step is rate * g / (|g| + epsilon) = rate / 2.
    try (NDManager manager = TorchEngine.newManager()) {
      Two net = new Two();
      net.initialize(manager, 1);
      net.requireGradients(true);
      float before = net.a.array().toFloatArray()[0];
      try (AdamW optimizer = AdamW.of(net, AdamW.Options.defaults().withWeightDecay(0))) {
        net.backward(new float[] {1e-8f, 0, 0, 0, 0}, new float[6]);
        optimizer.step(1);
      }
      assertThat(before - net.a.array().toFloatArray()[0]).isCloseTo(5e-4f, within(1e-6f));
    }
  }

  @Test
  void clipsNegativeGradientsAsPositiveOnes() {
    try (NDManager manager = TorchEngine.newManager()) {
      Two net = new Two();
      net.initialize(manager, 1);
      net.requireGradients(true);
      AdamW.Options options = AdamW.Options.defaults();
      try (AdamW optimizer = AdamW.of(net, options.withMaxGradientNorm(1));
          AdamW lenient = AdamW.of(net, options.withMaxGradientNorm(2));
          AdamW unlimited = AdamW.of(net, options.withMaxGradientNorm(0))) {
        net.backward(new float[] {3, -4, 0, 0, 0}, new float[] {0, 0, -12, 0, 0, 0});
        assertThat(unlimited.clipGradients()).isCloseTo(13, within(1e-5));
        assertThat(optimizer.clipGradients()).isCloseTo(13, within(1e-5));
        assertThat(optimizer.gradientNorm()).isCloseTo(1, within(1e-5));
        try (NDArray gradient = net.a.array().getGradient()) {
          assertThat(gradient.toFloatArray()[1]).isCloseTo(-4 / 13f, within(1e-6f));
        }
        assertThat(lenient.clipGradients()).isCloseTo(1, within(1e-5));
        assertThat(optimizer.gradientNorm()).isCloseTo(1, within(1e-5));
      }
    }
  }

  @Test
  void addsUpGradientsUntilAStep() {
    try (NDManager manager = TorchEngine.newManager()) {
      Two net = new Two();
      net.initialize(manager, 1);
      net.requireGradients(true);
      try (AdamW optimizer = AdamW.of(net, AdamW.Options.defaults())) {
        net.backward(new float[] {1, 0, 0, 0, 0}, new float[6]);
        net.backward(new float[] {2, 0, 0, 0, 0}, new float[6]);
        assertThat(optimizer.gradientNorm()).isCloseTo(3, within(1e-6));
        optimizer.step(1);
        assertThat(optimizer.gradientNorm()).isZero();
        net.backward(new float[] {Float.NaN, 0, 0, 0, 0}, new float[6]);
        assertThat(optimizer.clipGradients()).isNaN();
        optimizer.clearGradients();
        assertThat(optimizer.gradientNorm()).isZero();
      }
    }
  }

  @Test
  void givesGroupsTheirOwnRateAndDecay() {
    try (NDManager manager = TorchEngine.newManager()) {
      Two net = new Two();
      net.initialize(manager, 1);
      net.requireGradients(true);
      float[] a = net.a.array().toFloatArray();
      float[] b = net.b.array().toFloatArray();
      AdamW.Options options =
          AdamW.Options.defaults()
              .withLearningRate(0.4)
              .withGroups(
                  AdamW.Group.matching("a").withLearningRateFactor(0.5).withWeightDecayFactor(0),
                  AdamW.Group.matching("[ab]").withLearningRateFactor(0));
      try (AdamW optimizer = AdamW.of(net, options)) {
        net.backward(new float[] {1, 1, 1, 1, 1}, new float[] {1, 1, 1, 1, 1, 1});
        optimizer.step(0.5);
      }
      // The first step of Adam is the rate itself, whatever the gradient's size.
      assertThat(net.a.array().toFloatArray()[0]).isCloseTo(a[0] - 0.1f, within(1e-6f));
      assertThat(net.b.array().toFloatArray()).isEqualTo(b);
    }
  }

  @Test
  void refusesAGroupThatNothingBelongsTo() {
    try (NDManager manager = TorchEngine.newManager()) {
      Two net = new Two();
      net.initialize(manager, 1);
      AdamW.Options options =
          AdamW.Options.defaults().withGroups(AdamW.Group.matching("backbone.*"));
      assertThatThrownBy(() -> AdamW.of(net, options))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("backbone.*")
          .hasMessageContaining("a, b");
      net.freeze(name -> true);
      assertThatThrownBy(() -> AdamW.of(net, AdamW.Options.defaults()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("trainable");
    }
  }

  private static float[] gaussian(int n, Random random) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
