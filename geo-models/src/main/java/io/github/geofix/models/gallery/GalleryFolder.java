package io.github.geofix.models.gallery;

import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.models.calibration.Calibration;
import io.github.geofix.models.io.ModelCard;
import io.github.geofix.models.io.ModelFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The folder of a gallery: the configuration, the rows, and a copy of the encoder's folder. */
final class GalleryFolder {
  /** The encoder's model folder, within that of the gallery. */
  static final String ENCODER = "encoder";

  /** The file that is locked while a gallery is changed: it is never replaced. */
  private static final String LOCKED = "card.json";

  private GalleryFolder() {}

  /** Returns the name of a photo in the rows: wherever a list is, it names the same file. */
  static String id(Path photo) {
    return photo.toAbsolutePath().normalize().toString();
  }

  /**
   * Refuses a folder that exists: photos would be lost.
   *
   * @throws IllegalArgumentException if it exists
   */
  static void refuseExisting(Path folder) {
    if (Files.exists(folder)) {
      throw new IllegalArgumentException(
          folder
              + " exists: add photos to a gallery by geofix gallery add, or name another folder");
    }
    ModelFolder.check(folder);
  }

  /** Writes a gallery without photos. */
  static void write(
      Path folder,
      Path encoder,
      GalleryConfig config,
      int dimension,
      EmbeddingIndex.Options index) {
    Map<String, ModelFolder.FileWriter> files = new HashMap<>();
    files.put(ENCODER, copy -> copy(encoder, copy));
    files.put(GalleryRows.ROWS, file -> GalleryRows.create(file, dimension, index));
    ModelFolder.open(encoder)
        .attribution()
        .ifPresent(work -> files.put(ModelFolder.ATTRIBUTION, ModelFolder.writerOf(work)));
    ModelFolder.write(
        folder,
        new ModelFolder.Contents(
            GalleryModel.METHOD, config, Calibration.NONE, card(encoder), Optional.empty(), files));
  }

  private static ModelCard card(Path encoder) {
    String version = GalleryFolder.class.getPackage().getImplementationVersion();
    return new ModelCard(
        "a gallery of photos, by the encoder " + encoder.getFileName(),
        0,
        0,
        0,
        0,
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        Objects.requireNonNullElse(version, "development"),
        ModelCard.thisMachine(),
        Map.of(),
        Optional.empty());
  }

  /** Copies a file, or a folder with all that is in it. */
  static void copy(Path from, Path to) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(from)) {
      all = walk.toList();
    }
    for (Path each : all) {
      Files.copy(each, to.resolve(from.relativize(each).toString()));
    }
  }

  /**
   * Changes a gallery, which no other process can change meanwhile.
   *
   * @throws IllegalStateException if another process or thread is changing it
   */
  static <T> T change(Path folder, Supplier<T> work) {
    try (FileChannel channel = FileChannel.open(folder.resolve(LOCKED), StandardOpenOption.WRITE)) {
      if (tryLock(channel) == null) {
        throw new IllegalStateException(
            "another process or thread is changing the gallery " + folder + ": try again later");
      }
      return work.get();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot change " + folder + ": " + e.getMessage(), e);
    }
  }

  /** As {@link #change(Path, Supplier)}, without a result. */
  static void change(Path folder, Runnable work) {
    change(
        folder,
        () -> {
          work.run();
          return Boolean.TRUE;
        });
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }
}
