package io.github.geofix.models.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Translates the names of a checkpoint into ours: an ordered list of rules, of which the first that
 * matches the whole name decides. A name that no rule matches stays as it is. Immutable and
 * thread-safe.
 */
public final class RenameTable {
  /** Leaves every name as it is. */
  public static final RenameTable IDENTITY = builder().build();

  /**
   * Where an array of a file goes.
   *
   * @param name the full name of our parameter
   * @param part which of {@code parts} equal parts along the first axis of the parameter it fills
   * @param parts 1 for the whole parameter
   * @param transposed true if the file holds the transpose of our matrix
   */
  public record Target(String name, int part, int parts, boolean transposed) {}

  private record Rule(
      Pattern names, String replacement, int part, int parts, boolean transposed, boolean ignored) {
    Target target(Matcher matcher) {
      return new Target(matcher.replaceFirst(replacement), part, parts, transposed);
    }
  }

  private final List<Rule> rules;

  private RenameTable(List<Rule> rules) {
    this.rules = List.copyOf(rules);
  }

  /** Starts a table. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns where the array of the given name goes; empty if it is to be ignored. */
  public Optional<Target> target(String name) {
    for (Rule rule : rules) {
      Matcher matcher = rule.names().matcher(name);
      if (matcher.matches()) {
        return rule.ignored() ? Optional.empty() : Optional.of(rule.target(matcher));
      }
    }
    return Optional.of(new Target(name, 0, 1, false));
  }

  /**
   * Returns a table for files in which every name begins with {@code prefix}; other names are
   * ignored.
   */
  public RenameTable withoutPrefix(String prefix) {
    String quoted = Pattern.quote(prefix);
    List<Rule> all = new ArrayList<>();
    all.add(new Rule(Pattern.compile("(?!" + quoted + ").*"), "", 0, 1, false, true));
    for (Rule rule : rules) {
      all.add(
          new Rule(
              Pattern.compile(quoted + "(?:" + rule.names() + ")"),
              rule.replacement(),
              rule.part(),
              rule.parts(),
              rule.transposed(),
              rule.ignored()));
    }
    all.add(new Rule(Pattern.compile(quoted + "(.*)"), "$1", 0, 1, false, false));
    return new RenameTable(all);
  }

  /** Collects rules. Patterns are regular expressions, replacements may refer to groups as $1. */
  public static final class Builder {
    private final List<Rule> rules = new ArrayList<>();

    private Builder() {}

    /** Names that match become {@code replacement}. */
    public Builder rename(String pattern, String replacement) {
      return add(pattern, replacement, 0, 1, false, false);
    }

    /** As {@link #rename}; the array is a matrix stored transposed. */
    public Builder transpose(String pattern, String replacement) {
      return add(pattern, replacement, 0, 1, true, false);
    }

    /**
     * As {@link #rename}; the arrays of the patterns are stacked on the first axis in this order.
     */
    public Builder stack(String replacement, String... patterns) {
      for (int i = 0; i < patterns.length; i++) {
        add(patterns[i], replacement, i, patterns.length, false, false);
      }
      return this;
    }

    /** Arrays whose names match are left out without being reported as unexpected. */
    public Builder ignore(String pattern) {
      return add(pattern, "", 0, 1, false, true);
    }

    /** Returns the table. */
    public RenameTable build() {
      return new RenameTable(rules);
    }

    private Builder add(
        String pattern,
        String replacement,
        int part,
        int parts,
        boolean transposed,
        boolean ignored) {
      rules.add(new Rule(Pattern.compile(pattern), replacement, part, parts, transposed, ignored));
      return this;
    }
  }
}
