package io.github.geofix.cli;

import io.github.geofix.core.io.ImageFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Parameters;

/** Photos named on the command line. */
final class PhotoArguments {
  @Parameters(
      arity = "1..*",
      paramLabel = "PHOTO",
      description = "JPEG, PNG, TIFF or WebP files, or folders of them.")
  private List<Path> named;

  /**
   * Returns the photos, those of a folder in the order of their names.
   *
   * @throws IllegalArgumentException if there is no photo in a folder
   * @throws UncheckedIOException if a photo is missing or may not be read, before any is located
   */
  List<Path> files() {
    List<Path> files = new ArrayList<>();
    for (Path path : named) {
      if (Files.isDirectory(path)) {
        files.addAll(photosIn(path));
      } else {
        files.add(path);
      }
    }
    return files;
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
      throw new UncheckedIOException("cannot list " + folder + ": " + e.getMessage(), e);
    }
  }

  /** Hidden files are no photos, whatever their names: some systems keep a shadow of each. */
  private static boolean isPhoto(Path path) {
    return ImageFiles.isImage(path)
        && !path.getFileName().toString().startsWith(".")
        && Files.isRegularFile(path);
  }
}
