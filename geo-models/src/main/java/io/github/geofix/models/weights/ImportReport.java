package io.github.geofix.models.weights;

import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.internal.Count;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Report of an import: the arrays that were loaded, ignored or left over, and the parameters
 * without values.
 *
 * @param file the file, as it is called in messages
 * @param model the model, as it is called in messages
 * @param loaded names of the parameters that were filled
 * @param missing names of the parameters that the file does not hold
 * @param unexpected names, as in the file, of the arrays that the model has no parameter for
 * @param ignored names, as in the file, of the arrays that the rename table left out on purpose
 * @param misfits the arrays whose shapes do not fit; their parameters were left alone
 * @param notes what was chosen or assumed, one sentence each
 */
public record ImportReport(
    String file,
    String model,
    List<String> loaded,
    List<String> missing,
    List<String> unexpected,
    List<String> ignored,
    List<Misfit> misfits,
    List<String> notes) {

  /**
   * An array that does not fit its parameter.
   *
   * @param parameter our full name
   * @param given the shape in the file, printed
   * @param needed the shape of the parameter, printed
   * @param advice what to do about it; may be empty
   */
  public record Misfit(String parameter, String given, String needed, String advice) {
    @Override
    public String toString() {
      return "%s: file %s, model %s%s"
          .formatted(parameter, given, needed, advice.isEmpty() ? "" : ". " + advice);
    }
  }

  private static final int SHOWN = 10;

  /** Copies the lists. */
  public ImportReport {
    loaded = List.copyOf(loaded);
    missing = List.copyOf(missing);
    unexpected = List.copyOf(unexpected);
    ignored = List.copyOf(ignored);
    misfits = List.copyOf(misfits);
    notes = List.copyOf(notes);
  }

  /** Returns a copy with more notes after the present ones. */
  public ImportReport withNotes(List<String> more) {
    List<String> all = new ArrayList<>(notes);
    all.addAll(more);
    return new ImportReport(file, model, loaded, missing, unexpected, ignored, misfits, all);
  }

  /**
   * Returns this report if every parameter was filled; arrays without a parameter are accepted, as
   * a checkpoint often holds more than its backbone.
   *
   * @throws ModelFormatException otherwise; the message names the parameters and what to do
   */
  public ImportReport requireComplete() {
    if (missing.isEmpty() && misfits.isEmpty()) {
      return this;
    }
    throw new ModelFormatException(problems(false));
  }

  /**
   * Returns this report if parameters and arrays match one to one.
   *
   * @throws ModelFormatException otherwise; the message names them and what to do
   */
  public ImportReport requireExact() {
    if (missing.isEmpty() && misfits.isEmpty() && unexpected.isEmpty()) {
      return this;
    }
    throw new ModelFormatException(problems(true));
  }

  private String problems(boolean exact) {
    int parameters = loaded.size() + missing.size() + misfits.size();
    List<String> heads = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    if (!misfits.isEmpty()) {
      heads.add(doNot(misfits.size(), parameters, "fit"));
      add(lines, "", misfits);
    }
    if (!missing.isEmpty()) {
      heads.add(missing.size() + " of " + parameters + " tensors " + are(missing) + " missing");
      add(lines, "missing: ", missing);
    }
    if (!unexpected.isEmpty() && (exact || !missing.isEmpty())) {
      heads.add(unexpected.size() + " " + are(unexpected) + " unknown to the model");
      add(lines, "unknown: ", unexpected);
      lines.add("Was the file written by another library? Then load it with its rename table.");
    }
    return "cannot load %s into %s: %s%n  %s"
        .formatted(
            file,
            model,
            String.join(", ", heads),
            String.join(System.lineSeparator() + "  ", lines));
  }

  private static String doNot(int some, int all, String verb) {
    return some + " of " + Count.of(all, "tensors ") + (some == 1 ? "does" : "do") + " not " + verb;
  }

  private static String are(List<?> some) {
    return some.size() == 1 ? "is" : "are";
  }

  private static void add(List<String> lines, String kind, List<?> all) {
    all.stream().limit(SHOWN).forEach(x -> lines.add(kind + x));
    if (all.size() > SHOWN) {
      lines.add(kind + "... and " + (all.size() - SHOWN) + " more");
    }
  }

  /** Returns a few lines for people: the counts, and the names behind all but the loaded ones. */
  public String toText() {
    return "%s into %s: %d loaded, %d missing, %d unexpected, %d ignored, %d misfit%s%s%s%s"
        .formatted(
            file,
            model,
            loaded.size(),
            missing.size(),
            unexpected.size(),
            ignored.size(),
            misfits.size(),
            list("missing", missing),
            list("unexpected", unexpected),
            list("misfit", misfits),
            list("note", notes));
  }

  private static String list(String kind, List<?> all) {
    return all.stream().map(x -> "%n  %s: %s".formatted(kind, x)).collect(Collectors.joining());
  }
}
