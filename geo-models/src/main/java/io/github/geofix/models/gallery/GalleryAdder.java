package io.github.geofix.models.gallery;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.Photo;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.internal.Interrupts;
import io.github.geofix.models.backbone.PhotoEncoder;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.internal.BatchLocalizer;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Adds photos to the rows of a gallery. For one call. */
final class GalleryAdder {
  /** What is lost at most if the process ends. */
  private static final long SAVE_NANOS = Duration.ofMinutes(10).toNanos();

  /** The most vectors on the heap. */
  private static final long SAVE_BYTES = 256L << 20;

  private final GalleryRows rows;
  private final PhotoEncoder encoder;
  private final Photo.Limits limits;
  private final boolean skipUnreadable;
  private final IntConsumer onProgress;
  private final List<Path> unreadable = new ArrayList<>();
  private EmbeddingIndex.Builder unsaved;
  private long savedAt = System.nanoTime();

  GalleryAdder(
      GalleryRows rows,
      PhotoEncoder encoder,
      Photo.Limits limits,
      boolean skipUnreadable,
      IntConsumer onProgress) {
    this.rows = rows;
    this.encoder = encoder;
    this.limits = limits;
    this.skipUnreadable = skipUnreadable;
    this.onProgress = onProgress;
    unsaved = EmbeddingIndex.builder(encoder.dimension(), rows.options());
  }

  /** A photo ready to be encoded, or the error of reading it. */
  private record Read(
      Manifest.Entry photo, float @Nullable [] pixels, @Nullable UncheckedIOException error) {}

  GalleryModel.Added add(Manifest photos) {
    Set<String> ids = rows.ids();
    List<Manifest.Entry> added =
        photos.entries().stream()
            .filter(photo -> ids.add(GalleryFolder.id(photo.image())))
            .toList();
    int known = photos.size() - added.size();
    int batch = 1;
    try {
      for (int from = 0; from < added.size(); ) {
        Interrupts.check(from, added.size(), "photos");
        int to = Math.min(added.size(), from + batch);
        List<Read> read = added.subList(from, to).parallelStream().map(this::read).toList();
        batch = Math.max(batch, encode(read));
        from = to;
        onProgress.accept(known + to);
      }
    } finally {
      save();
    }
    return new GalleryModel.Added(added.size() - unreadable.size(), known, unreadable);
  }

  private Read read(Manifest.Entry photo) {
    try {
      Path file = photo.image();
      return new Read(photo, encoder.read(Photos.read(file, limits), Optional.of(file)), null);
    } catch (UncheckedIOException e) {
      return new Read(photo, null, e);
    }
  }

  /** Encodes photos and returns how many fit into one batch. */
  private int encode(List<Read> read) {
    List<Manifest.Entry> photos = new ArrayList<>();
    List<float[]> pixels = new ArrayList<>();
    UncheckedIOException error = null;
    for (Read each : read) {
      if (each.pixels() != null) {
        photos.add(each.photo());
        pixels.add(each.pixels());
      } else if (skipUnreadable) {
        unreadable.add(each.photo().image());
      } else {
        error = each.error();
        break;
      }
    }
    if (!pixels.isEmpty()) {
      float[][] vectors = GalleryModel.vectors(encoder, pixels);
      for (int i = 0; i < vectors.length; i++) {
        Manifest.Entry photo = photos.get(i);
        unsaved.add(vectors[i], photo.latLng(), GalleryFolder.id(photo.image()));
      }
      if (isTimeToSave()) {
        save();
      }
    }
    if (error != null) {
      throw error;
    }
    return pixels.isEmpty() ? 1 : BatchLocalizer.batchSize(pixels.get(0).length);
  }

  private boolean isTimeToSave() {
    return System.nanoTime() - savedAt > SAVE_NANOS
        || (long) unsaved.size() * encoder.dimension() * Float.BYTES > SAVE_BYTES;
  }

  private void save() {
    if (unsaved.size() > 0) {
      rows.append(unsaved);
      unsaved = EmbeddingIndex.builder(encoder.dimension(), rows.options());
    }
    savedAt = System.nanoTime();
  }
}
