package io.github.geofix.models.internal;

import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.internal.Interrupts;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Reads photo files and locates them in batches, with an outcome for each in their order. Not
 * thread-safe.
 *
 * @param <T> a photo that was read
 * @param <A> what is found out about it
 */
public final class OutcomeBatches<T, A> {
  private final Function<Path, T> read;
  private final Predicate<List<T>> isFull;
  private final Function<List<T>, List<A>> locate;
  private final BiFunction<Path, A, PhotoOutcome> outcome;

  /**
   * Creates the batches.
   *
   * @param read reads a photo; called on other threads, to read photos while others are located
   * @param isFull whether a batch is as large as it may be
   * @param locate locates a batch
   * @param outcome returns the outcome of a photo that was read, such as {@code
   *     PhotoOutcome.Located::new}
   */
  public OutcomeBatches(
      Function<Path, T> read,
      Predicate<List<T>> isFull,
      Function<List<T>, List<A>> locate,
      BiFunction<Path, A, PhotoOutcome> outcome) {
    this.read = read;
    this.isFull = isFull;
    this.locate = locate;
    this.outcome = outcome;
  }

  /** As {@link io.github.geofix.core.Localizer#locateEach}. */
  public void locateEach(List<Path> photos, Consumer<? super PhotoOutcome> action) {
    try (ReadAhead<Path, T> reader = new ReadAhead<>(photos, read)) {
      locateEach(photos, reader, action);
    }
  }

  private void locateEach(
      List<Path> photos, ReadAhead<Path, T> reader, Consumer<? super PhotoOutcome> action) {
    List<Path> files = new ArrayList<>();
    List<T> batch = new ArrayList<>();
    Map<Path, UncheckedIOException> failed = new HashMap<>();
    for (int i = 0; i < photos.size(); i++) {
      Path file = photos.get(i);
      files.add(file);
      try {
        batch.add(reader.next());
      } catch (UncheckedIOException e) {
        failed.put(file, e);
      }
      // Failures wait for the photos before them, but not for ever.
      boolean isLast = i == photos.size() - 1;
      if (isLast || batch.isEmpty() || isFull.test(batch)) {
        reader.begin(batch.size());
        Interrupts.check(i + 1L - files.size(), photos.size(), "photos");
        Iterator<A> located =
            batch.isEmpty() ? Collections.emptyIterator() : locate.apply(batch).iterator();
        for (Path done : files) {
          UncheckedIOException error = failed.get(done);
          action.accept(
              error == null
                  ? outcome.apply(done, located.next())
                  : new PhotoOutcome.Failed(done, error));
        }
        files.clear();
        batch.clear();
        failed.clear();
      }
    }
  }
}
