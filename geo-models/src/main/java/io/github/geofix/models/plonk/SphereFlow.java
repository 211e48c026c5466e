package io.github.geofix.models.plonk;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.internal.nn.Scalar;
import io.github.geofix.models.nn.Forward;
import java.util.ArrayList;
import java.util.List;

/** Flow matching on the sphere with a {@link Denoiser}: samples of places, and their density. */
record SphereFlow(Denoiser denoiser) {
  /** Of the uniform distribution over the sphere, per steradian. */
  private static final double LOG_UNIFORM = -Math.log(4 * Math.PI);

  /**
   * Moves noise to places: Euler steps of the noise level, each followed by the projection onto the
   * sphere (the released Riemannian sampler).
   *
   * @param noise {@code [N, 3]}, normally distributed
   * @param photo its vector, {@code [1, condition]}
   * @param steps 1 or more
   * @param guidance the weight of what the photo adds to the velocity without it; 0 for none
   * @return {@code [N, 3]}, of length 1
   */
  NDArray sample(NDArray noise, NDArray photo, int steps, double guidance) {
    NDManager owner = noise.getManager();
    NDArray x = viewIn(owner, noise);
    for (int i = 0; i < steps; i++) {
      try (NDManager step = owner.newSubManager()) {
        double level = NoiseSchedule.level(1 - (double) i / steps);
        double next = NoiseSchedule.level(1 - (i + 1.0) / steps);
        NDArray now = x;
        now.attach(step);
        NDArray velocity = velocity(now, level, viewIn(step, photo), guidance);
        NDArray moved = now.add(velocity.mul(Scalar.of(now, next - level)));
        x = moved.div(moved.norm(new int[] {1}, true));
        x.attach(owner);
      }
    }
    return x;
  }

  /** What is computed from the view is freed with the manager. */
  private static NDArray viewIn(NDManager manager, NDArray array) {
    NDArray view = array.reshape(array.getShape());
    view.attach(manager);
    return view;
  }

  private NDArray velocity(NDArray x, double level, NDArray photo, double guidance) {
    NDArray given = denoiser.forward(Forward.INFERENCE, x, level, photo);
    if (guidance == 0) {
      return given;
    }
    NDArray without = denoiser.forward(Forward.INFERENCE, x, level, nothing(photo));
    return given.mul(Scalar.of(x, 1 + guidance)).sub(without.mul(Scalar.of(x, guidance)));
  }

  private static NDArray nothing(NDArray photo) {
    return photo.getManager().zeros(photo.getShape());
  }

  /** Over which space a density is. */
  enum Measure {
    /** The sphere: the density of the samples, per steradian. Integrates to 1. */
    SPHERE,
    /**
     * The space around it, as the released code computes it: the velocity is not tangent and points
     * leave the sphere, so that it integrates to something else. For comparison with their figures.
     */
    AMBIENT
  }

  /**
   * Returns the logarithms of densities at points: the change of volume along the flow from the
   * point to noise (Chen et al., "Neural Ordinary Differential Equations", NeurIPS 2018, section
   * 4), by Runge and Kutta's method of fourth order. Steps are even in the noise level, in which
   * the network oscillates evenly, not in the time.
   *
   * @param points {@code [N, 3]}, of length 1
   * @param photo its vector, {@code [1, condition]}
   * @param steps of the noise level; 500 leave an error of some 1e-3
   * @return {@code [N]}, natural logarithms
   */
  double[] logDensities(
      NDArray points, NDArray photo, int steps, double guidance, Measure measure) {
    NDManager owner = points.getManager();
    int count = Math.toIntExact(points.getShape().get(0));
    double[] sums = new double[count];
    NDArray x = viewIn(owner, points);
    // From data, of level 1, to noise.
    double h = -1.0 / steps;
    for (int i = 0; i < steps; i++) {
      try (NDManager step = owner.newSubManager()) {
        double level = 1 + i * h;
        NDArray now = x;
        now.attach(step);
        NDArray shown = viewIn(step, photo);
        Rate a = rate(now, level, shown, guidance, measure);
        Rate b = rate(ahead(now, a, h / 2), level + h / 2, shown, guidance, measure);
        Rate c = rate(ahead(now, b, h / 2), level + h / 2, shown, guidance, measure);
        Rate d = rate(ahead(now, c, h), level + h, shown, guidance, measure);
        for (int k = 0; k < count; k++) {
          sums[k] +=
              h
                  / 6
                  * (a.divergence()[k]
                      + 2 * b.divergence()[k]
                      + 2 * c.divergence()[k]
                      + d.divergence()[k]);
        }
        NDArray both = b.velocity().add(c.velocity()).mul(Scalar.of(now, 2));
        NDArray all = a.velocity().add(both).add(d.velocity());
        NDArray moved = now.add(all.mul(Scalar.of(now, h / 6)));
        x = measure == Measure.SPHERE ? moved.div(moved.norm(new int[] {1}, true)) : moved;
        x.attach(owner);
      }
    }
    for (int k = 0; k < count; k++) {
      sums[k] += LOG_UNIFORM;
    }
    return sums;
  }

  /** The velocity of points, {@code [N, 3]}, and its divergence at each. */
  private record Rate(NDArray velocity, double[] divergence) {}

  private static NDArray ahead(NDArray x, Rate rate, double h) {
    return x.add(rate.velocity().mul(Scalar.of(x, h)));
  }

  private Rate rate(NDArray x, double level, NDArray photo, double guidance, Measure measure) {
    Denoiser.Change change = denoiser.change(x, level, photo);
    NDArray v = change.velocity();
    NDArray jacobian = change.jacobian();
    if (guidance != 0) {
      Denoiser.Change without = denoiser.change(x, level, nothing(photo));
      NDArray more = Scalar.of(x, 1 + guidance);
      NDArray less = Scalar.of(x, guidance);
      v = v.mul(more).sub(without.velocity().mul(less));
      jacobian = jacobian.mul(more).sub(without.jacobian().mul(less));
    }
    NDArray trace =
        jacobian
            .get(0)
            .get(":, 0")
            .add(jacobian.get(1).get(":, 1"))
            .add(jacobian.get(2).get(":, 2"));
    if (measure == Measure.SPHERE) {
      NDArray outward = x.mul(v).sum(new int[] {1}, true);
      // x^T J x, of which J is given by the coordinate of the point first.
      NDArray bent =
          jacobian.mul(x.transpose().expandDims(2)).sum(new int[] {0}).mul(x).sum(new int[] {1});
      trace = trace.sub(bent).sub(outward.reshape(-1).mul(Scalar.of(x, 2)));
      v = v.sub(x.mul(outward));
    }
    float[] divergence = trace.toFloatArray();
    double[] wide = new double[divergence.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = divergence[i];
    }
    return new Rate(v, wide);
  }

  /** Returns the positions of points {@code [N, 3]} of length 1. */
  static List<LatLng> positions(NDArray points) {
    float[] xyz = points.toFloatArray();
    List<LatLng> positions = new ArrayList<>();
    for (int i = 0; i < xyz.length; i += 3) {
      double z = Math.max(-1, Math.min(1, xyz[i + 2]));
      positions.add(
          new LatLng(Math.toDegrees(Math.asin(z)), Math.toDegrees(Math.atan2(xyz[i + 1], xyz[i]))));
    }
    return positions;
  }

  /** Returns the points {@code [N, 3]} of positions. */
  static NDArray points(NDManager manager, List<LatLng> positions) {
    float[] xyz = new float[3 * positions.size()];
    for (int i = 0; i < positions.size(); i++) {
      double latitude = Math.toRadians(positions.get(i).latitude());
      double longitude = Math.toRadians(positions.get(i).longitude());
      xyz[3 * i] = (float) (Math.cos(latitude) * Math.cos(longitude));
      xyz[3 * i + 1] = (float) (Math.cos(latitude) * Math.sin(longitude));
      xyz[3 * i + 2] = (float) Math.sin(latitude);
    }
    return manager.create(xyz, new Shape(positions.size(), 3));
  }
}
