package io.github.geofix.eval.protocol;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A benchmark of the field by name: the layout of its folder, which of them are trained on and
 * which tested, how images are prepared, and what is measured.
 */
public sealed interface Protocol permits PhotoProtocol, CrossViewProtocol {

  /** Returns all protocols. */
  static List<Protocol> all() {
    return Stream.<Protocol>concat(
            Stream.of(PhotoProtocol.values()), Stream.of(CrossViewProtocol.values()))
        .toList();
  }

  /**
   * Returns the protocol of a name such as {@code im2gps3k} or {@code vigor-cross}; letters may be
   * small or capital.
   *
   * @throws IllegalArgumentException if there is none; the message lists those known
   */
  static Protocol named(String name) {
    return named(name, all());
  }

  /** As {@link #named(String)}, among some protocols. */
  static <P extends Protocol> P named(String name, List<P> protocols) {
    return protocols.stream()
        .filter(protocol -> protocol.toString().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no protocol "
                        + name
                        + ", only "
                        + protocols.stream()
                            .map(Protocol::toString)
                            .collect(Collectors.joining(", "))));
  }

  /** Returns the benchmark's name among the {@link io.github.geofix.eval.PublishedFigures}. */
  String dataset();

  /** Returns in words what the folder must hold. */
  String layout();

  /** Returns in words which photos are tested against what. */
  String split();

  /** Returns in words which photos are there to train on, and in which list. */
  String training();

  /** Returns in words what is done to images before any model gets them. */
  String preprocessing();

  /** Returns in words what is reported. */
  String metrics();

  /** Returns in a few lines what the protocol is. */
  default String describe() {
    return this
        + " ("
        + dataset()
        + ")\n  folder:   "
        + layout()
        + "\n  tested:   "
        + split()
        + "\n  trained:  "
        + training()
        + "\n  images:   "
        + preprocessing()
        + "\n  reported: "
        + metrics()
        + "\n";
  }

  /**
   * An observation about a data set on disk, made before a long run.
   *
   * @param what for example {@code images missing}
   * @param count how many rows or files
   * @param examples the first few of them
   * @param fatal whether figures on these data would differ from the benchmark's
   */
  record Finding(String what, int count, List<String> examples, boolean fatal) {

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
}
