package io.github.geofix.core.internal;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Names of files below the deepest folder that holds all of them, so that they are the same on
 * another machine. Immutable and thread-safe.
 */
public final class RelativeNames {
  private final @Nullable Path folder;

  private RelativeNames(@Nullable Path folder) {
    this.folder = folder;
  }

  /** Finds the folder of files, which need not exist. */
  public static RelativeNames of(List<Path> files) {
    Path folder = files.isEmpty() ? null : absolute(files.get(0)).getParent();
    for (Path file : files) {
      Path path = absolute(file);
      while (folder != null && !path.startsWith(folder)) {
        folder = folder.getParent();
      }
    }
    return new RelativeNames(folder);
  }

  private static Path absolute(Path file) {
    return file.toAbsolutePath().normalize();
  }

  /** Returns the name of a file with {@code /} between folders; of one elsewhere its path. */
  public String of(Path file) {
    Path path = absolute(file);
    Path name = folder != null && path.startsWith(folder) ? folder.relativize(path) : file;
    return name.toString().replace('\\', '/');
  }
}
