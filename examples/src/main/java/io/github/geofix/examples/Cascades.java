package io.github.geofix.examples;

import io.github.geofix.core.Location;
import io.github.geofix.core.cascade.Cascade;
import java.nio.file.Path;
import java.util.List;

/** Lets a model that compares photos with a map look closer at the candidates of another. */
final class Cascades {
  private Cascades() {}

  public static void main(String[] args) {
    try (Cascade cascade =
        Cascade.load(Path.of("out/model"), List.of(Path.of("models/recombine-tiny")))) {
      Location location = cascade.locate(Path.of("out/photos/may-1.png"));
      System.out.println(location.latLng());
      cascade.costs().forEach(System.out::println);
    }
  }
}
