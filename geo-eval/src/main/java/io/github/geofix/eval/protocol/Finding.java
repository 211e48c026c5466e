package io.github.geofix.eval.protocol;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * An observation about a data set on disk, made before a long run.
 *
 * @param what for example {@code images missing}
 * @param count how many rows or files
 * @param examples the first few of them
 * @param fatal whether figures on these data would differ from the benchmark's
 */
public record Finding(String what, int count, List<String> examples, boolean fatal) {

  private static final int EXAMPLES = 3;

  /** Copies the list. */
  public Finding {
    examples = List.copyOf(examples);
  }

  static Finding of(String what, Collection<String> all, boolean fatal) {
    return new Finding(what, all.size(), all.stream().limit(EXAMPLES).toList(), fatal);
  }

  /** Adds a finding unless there is nothing to report. */
  static void add(List<Finding> findings, String what, Collection<String> all, boolean fatal) {
    if (!all.isEmpty()) {
      findings.add(of(what, all, fatal));
    }
  }

  /**
   * Refuses data with a fatal finding.
   *
   * @throws IllegalArgumentException that lists all fatal findings, if there is one
   */
  static void refuseFatal(String data, List<Finding> findings) {
    List<String> fatal = findings.stream().filter(Finding::fatal).map(Finding::toString).toList();
    if (!fatal.isEmpty()) {
      throw new IllegalArgumentException(data + ": " + String.join("; ", fatal));
    }
  }

  /** Returns for example {@code images missing: 12 (a.jpg, b.jpg, c.jpg, ...)}. */
  @Override
  public String toString() {
    String more = count > examples.size() ? ", ..." : "";
    return String.format(Locale.ROOT, "%s: %,d", what, count)
        + (examples.isEmpty() ? "" : " (" + String.join(", ", examples) + more + ")");
  }
}
