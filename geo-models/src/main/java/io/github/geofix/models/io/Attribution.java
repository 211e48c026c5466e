package io.github.geofix.models.io;

import io.github.geofix.core.internal.Printable;

/**
 * The work that a model's weights come from, and the terms they are under. A model folder keeps it
 * in {@code attribution.json}, also when the model is trained further.
 *
 * @param work what was published, such as {@code GeoCLIP}
 * @param license its name or SPDX identifier, such as {@code MIT}; of several parts, that of each
 * @param source where it is published
 * @param citation how to cite it
 */
public record Attribution(String work, String license, String source, String citation) {

  /**
   * Checks that nothing is missing.
   *
   * @throws IllegalArgumentException if a part is missing or blank
   */
  public Attribution {
    require("work", work);
    require("license", license);
    require("source", source);
    require("citation", citation);
  }

  private static void require(String name, String value) {
    if (value == null || value.isBlank()) {
      throw new IllegalArgumentException("an attribution needs a " + name);
    }
  }

  /** Returns one line of text: work, license, source and citation. */
  @Override
  public String toString() {
    return Printable.of(
        "weights of %s, license: %s, from %s. Cite: %s".formatted(work, license, source, citation));
  }
}
