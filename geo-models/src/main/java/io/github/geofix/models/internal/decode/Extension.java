package io.github.geofix.models.internal.decode;

import io.github.geofix.core.cell.CellPath;
import java.util.List;

/**
 * A hypothesis that goes one step further than another.
 *
 * @param parent the row of the hypothesis that it extends, counted from 0
 * @param hypothesis the longer hypothesis
 */
public record Extension(int parent, Hypothesis hypothesis) {

  /** Returns the child that was taken. */
  public int child() {
    return hypothesis.path().last();
  }

  /** Returns the longer path. */
  public CellPath path() {
    return hypothesis.path();
  }

  static List<Hypothesis> hypotheses(List<Extension> extensions) {
    return extensions.stream().map(Extension::hypothesis).toList();
  }
}
