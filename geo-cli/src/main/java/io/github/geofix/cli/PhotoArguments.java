package io.github.geofix.cli;

import io.github.geofix.core.internal.ImageFiles;
import io.github.geofix.core.internal.InputFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Photos named on the command line, or in a list. */
final class PhotoArguments {
  /** Standard input, as in other commands. */
  static final Path STDIN = Path.of("-");

  private static final Pattern CSV_HEADER = Pattern.compile("(?i)\uFEFF?\"?image\"?,");

  @Parameters(
      arity = "0..*",
      paramLabel = "PHOTO",
      description = "JPEG, PNG, WebP, TIFF, GIF or BMP files, or folders of them.")
  private List<Path> named = List.of();

  @Option(
      names = "--list",
      paramLabel = "FILE",
      description = "A file with a photo on each line; - reads it from standard input.")
  private @Nullable Path list;

  /** Returns whether the one photo is standard input itself. */
  boolean isStandardInput() {
    return list == null && named.equals(List.of(STDIN));
  }

  /**
   * Returns the photos, those of a folder in the order of their names.
   *
   * @throws IllegalArgumentException if there is no photo, none in a folder, or standard input is
   *     one of them
   * @throws UncheckedIOException if a photo is missing or may not be read, before any is located
   */
  List<Path> files() {
    if (named.contains(STDIN)) {
      throw new IllegalArgumentException(
          "- is the photo on standard input, which only locate takes, and no other beside it; for"
              + " a list of files there, write --list -");
    }
    List<Path> files = new ArrayList<>(list == null ? List.of() : listed(list));
    for (Path path : named) {
      if (Files.isDirectory(path)) {
        files.addAll(photosIn(path));
      } else {
        files.add(path);
      }
    }
    if (files.isEmpty()) {
      throw new IllegalArgumentException("no photo is given: name files or folders, or a --list");
    }
    return files;
  }

  private static List<Path> listed(Path list) {
    try {
      List<String> lines =
          list.equals(STDIN)
              ? new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                  .lines()
                  .toList()
              : Files.readAllLines(list);
      if (!lines.isEmpty() && CSV_HEADER.matcher(lines.get(0)).lookingAt()) {
        throw new IllegalArgumentException(
            list + " is a CSV file: --list takes a file with a photo on each line and no header");
      }
      return lines.stream().filter(line -> !line.isBlank()).map(Path::of).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot read the list " + list + ": " + InputFiles.reason(e), e);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(
          list + " has a line that names no file: " + e.getInput(), e);
    }
  }

  private static List<Path> photosIn(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      List<Path> photos = entries.filter(PhotoArguments::isPhoto).sorted().toList();
      if (photos.isEmpty()) {
        throw new IllegalArgumentException(
            folder
                + " holds no photo: looked in it, not in folders below, for files that end in "
                + String.join(", ", ImageFiles.EXTENSIONS.stream().map(e -> "." + e).toList()));
      }
      return photos;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder + ": " + InputFiles.reason(e), e);
    }
  }

  /** Hidden files are no photos, whatever their names: some systems keep a shadow of each. */
  private static boolean isPhoto(Path path) {
    return ImageFiles.isPhoto(path)
        && !path.getFileName().toString().startsWith(".")
        && Files.isRegularFile(path);
  }
}
