package io.github.geofix.models;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.cascade.Refiner;
import java.awt.image.BufferedImage;
import java.util.List;

/** A refiner whose closing closes the model. */
final class OwningRefiner implements Refiner {
  private final OpenModel model;
  private final Refiner refiner;

  OwningRefiner(GeoModel model, RefiningModel refining) {
    this.model = new OpenModel(model, "refiner");
    this.refiner = this.model.part(refining::refiner);
  }

  @Override
  public String name() {
    return refiner.name();
  }

  @Override
  public List<Candidate> refine(BufferedImage photo, List<Candidate> proposed) {
    return model.call(() -> refiner.refine(photo, proposed));
  }

  @Override
  public void close() {
    model.close();
  }
}
