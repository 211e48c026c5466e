package io.github.geofix.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.geofix.core.internal.StrictJson;
import io.github.geofix.eval.protocol.RunProvenance;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code geofix verify}. */
@Command(
    name = "verify",
    description = {
      "Measures again what a report of geofix evaluate --json states, and compares the figures.",
      "Give what was measured and the data as to geofix evaluate. The report is refused if either"
          + " is not the same to the byte; what else differs, such as the machine, is named. Options that read other files or run code have to be"
          + " given again; the others are taken from the report."
    },
    footer = {"", "Example:", "  geofix verify report.json --model models/embed --data test.csv"},
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {

  private static final String PRECISION = "--precision";

  /** A report from elsewhere may choose these; they open no file, run no code, ask no server. */
  private static final Set<String> HARMLESS =
      Set.of(
          "--km",
          "--right-km",
          "--ties",
          "--incomplete",
          "--closest-candidate",
          "--skip-unreadable",
          "--protocol",
          "--bootstrap",
          "--place-level",
          "--boundary-name",
          "--memory",
          "--photo-limits",
          "--max-megapixels");

  private static final Pattern CELLS_OF_A_LEVEL = Pattern.compile("--cells=\\d{1,2}");

  private static final long MAX_BYTES = 1L << 30;
  private static final int DIFFERENCES_SHOWN = 5;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "REPORT.json", description = "Written by evaluate --json.")
  private Path report;

  @Option(
      names = "--differing",
      defaultValue = "0.001",
      paramLabel = "SHARE",
      description =
          "The greatest share of numbers that may differ by more than 0.1 %%, as processors round"
              + " differently (default: ${DEFAULT-VALUE}).")
  private double differing;

  @Unmatched private List<String> options = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    RunProvenance provenance = RunProvenance.read(report);
    Path again = Files.createTempFile("geofix-verify", ".json");
    try {
      List<String> arguments = arguments(provenance);
      arguments.add("--json=" + again);
      PrintWriter unseen = new PrintWriter(Writer.nullWriter());
      int code = Main.run(unseen, spec.commandLine().getErr(), arguments.toArray(String[]::new));
      if (code != ExitCode.OK) {
        return code;
      }
      RunProvenance found = RunProvenance.read(again);
      provenance.requireSame(found);
      return compare(again, provenance.differences(found));
    } finally {
      Files.deleteIfExists(again);
    }
  }

  private List<String> arguments(RunProvenance provenance) {
    List<String> arguments = new ArrayList<>(List.of("evaluate"));
    arguments.addAll(options);
    Set<String> given = options.stream().map(VerifyCommand::name).collect(Collectors.toSet());
    for (String option : provenance.options()) {
      if (!given.contains(name(option))) {
        if (!HARMLESS.contains(name(option)) && !CELLS_OF_A_LEVEL.matcher(option).matches()) {
          throw new IllegalArgumentException(
              "the report was made with "
                  + option
                  + ", which is not taken from a report: give it again");
        }
        arguments.add(option);
      }
    }
    if (!given.contains(PRECISION)) {
      provenance.precision().ifPresent(computed -> arguments.add(PRECISION + "=" + computed));
    }
    return arguments;
  }

  private static String name(String option) {
    return option.replaceFirst("=.*", "");
  }

  private int compare(Path again, List<String> otherwise) {
    Map<String, Double> before = numbers(report);
    Map<String, Double> after = numbers(again);
    if (!before.keySet().equals(after.keySet())) {
      throw new IllegalArgumentException(
          report
              + " does not hold the figures that are measured now; "
              + (otherwise.isEmpty() ? "they were changed" : String.join("; ", otherwise)));
    }
    List<String> differences = new ArrayList<>();
    before.forEach(
        (name, value) -> {
          double other = after.getOrDefault(name, Double.NaN);
          if (!(Math.abs(value - other) <= 1e-3 * Math.max(1e-3, Math.abs(value)))) {
            differences.add(name + " was " + value + ", is " + other);
          }
        });
    PrintWriter out = spec.commandLine().getOut();
    differences.stream().limit(DIFFERENCES_SHOWN).forEach(out::println);
    boolean verified = differences.size() <= differing * before.size();
    out.printf(
        Locale.ROOT,
        "%s: %,d of %,d numbers agree within 0.1 %%%n",
        verified ? "verified" : "NOT verified",
        before.size() - differences.size(),
        before.size());
    otherwise.forEach(difference -> out.println("  " + difference));
    out.flush();
    return verified ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private static Map<String, Double> numbers(Path file) {
    JsonObject tree = StrictJson.readObject(file, MAX_BYTES);
    tree.remove("provenance");
    Map<String, Double> numbers = new TreeMap<>();
    collect("", tree, numbers);
    return numbers;
  }

  private static void collect(String name, JsonElement element, Map<String, Double> numbers) {
    if (element instanceof JsonObject object) {
      object.asMap().forEach((key, value) -> collect(name + "." + key, value, numbers));
    } else if (element instanceof JsonArray array) {
      for (int i = 0; i < array.size(); i++) {
        collect(name + "[" + i + "]", array.get(i), numbers);
      }
    } else if (element instanceof JsonPrimitive primitive && primitive.isNumber()) {
      numbers.put(name.substring(1), primitive.getAsDouble());
    }
  }
}
