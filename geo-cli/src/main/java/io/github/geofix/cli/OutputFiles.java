package io.github.geofix.cli;

import io.github.geofix.core.internal.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The files that a command was asked to write. */
final class OutputFiles {
  /** The options that name a file to write, and the parameter of {@code geofix convert}. */
  private static final Set<String> WRITTEN =
      Set.of(
          "--out",
          "--json",
          "--csv",
          "--latex",
          "--report",
          "--geojson",
          "--map",
          "--explain",
          "SAFETENSORS");

  /** The labels of options that take the name of a file or something else. */
  private static final Set<String> MAYBE_FILES = Set.of("SOURCE", "LEVEL|CSV");

  private OutputFiles() {}

  /**
   * Refuses what could not be written, before the work.
   *
   * @param files those asked for; null stands for one that was not
   * @throws UncheckedIOException if a file cannot be written
   * @throws IllegalArgumentException if two are the same, so that one would be lost
   */
  static void check(@Nullable Path... files) {
    Set<Path> seen = new HashSet<>();
    for (Path file : files) {
      if (file != null) {
        AtomicFiles.check(file);
        if (!seen.add(file.toAbsolutePath().normalize())) {
          throw new IllegalArgumentException(
              "two results were to be written to " + file + ": give each a file of its own");
        }
      }
    }
  }

  /**
   * Refuses to write a result to a file that the same command reads.
   *
   * @throws ParameterException if the file would be lost
   */
  static void refuseInputs(ParseResult command) {
    Map<Path, String> read = new LinkedHashMap<>();
    command.matchedArgs().stream()
        .filter(argument -> !isWritten(command, argument))
        .forEach(argument -> addFiles(read, argument));
    for (ArgSpec argument : command.matchedArgs()) {
      if (isWritten(command, argument) && argument.getValue() instanceof Path file) {
        read.forEach(
            (input, name) -> {
              if (isSame(input, file)) {
                throw new ParameterException(
                    command.commandSpec().commandLine(),
                    "%s would replace %s, which %s reads: write to another file"
                        .formatted(name(argument), file, name));
              }
            });
      }
    }
  }

  /** Returns whether an argument of a command names a file to write. */
  static boolean isWritten(ParseResult command, ArgSpec argument) {
    return isWritten(command.commandSpec().name(), argument);
  }

  static boolean isWritten(String command, ArgSpec argument) {
    String name = name(argument);
    // The list of evaluate is written, that of all others read.
    return WRITTEN.contains(name) || (name.equals("--list") && command.equals("evaluate"));
  }

  private static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }

  private static void addFiles(Map<Path, String> files, ArgSpec argument) {
    Object value = argument.getValue();
    Collection<?> values =
        value instanceof Collection<?> several ? several : value == null ? Set.of() : Set.of(value);
    for (Object one : values) {
      if (one instanceof Path file) {
        files.put(file, name(argument));
      } else if (one instanceof String text && MAYBE_FILES.contains(argument.paramLabel())) {
        try {
          files.put(Path.of(text), name(argument));
        } catch (InvalidPathException e) {
          // It names something else.
        }
      }
    }
  }

  private static boolean isSame(Path read, Path written) {
    try {
      return Files.isRegularFile(written) && Files.exists(read) && Files.isSameFile(read, written);
    } catch (IOException e) {
      return false;
    }
  }

  /** Writes a text, if it was asked for. */
  static void write(@Nullable Path file, String text) {
    if (file != null) {
      AtomicFiles.writeString(file, text);
    }
  }
}
