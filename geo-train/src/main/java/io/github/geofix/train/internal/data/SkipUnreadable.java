package io.github.geofix.train.internal.data;

import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.internal.Count;
import io.github.geofix.models.train.Examples;
import io.github.geofix.models.train.Examples.Example;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * Photos and examples of which an unreadable one is replaced by the next readable one. Thread-safe.
 */
public final class SkipUnreadable {
  private final int size;
  private final Consumer<String> onSkip;
  private final Set<Integer> unreadable = ConcurrentHashMap.newKeySet();

  private SkipUnreadable(int size, Consumer<String> onSkip) {
    this.size = size;
    this.onSkip = onSkip;
  }

  /** Returns photos without those that cannot be read. */
  public static PhotoSource photos(PhotoSource photos, Consumer<String> onSkip) {
    SkipUnreadable skip = new SkipUnreadable(photos.size(), onSkip);
    return new PhotoSource() {
      @Override
      public int size() {
        return photos.size();
      }

      @Override
      public LabeledPhoto photo(int epoch, int index) {
        return skip.get(index, candidate -> photos.photo(epoch, candidate));
      }
    };
  }

  /** Returns examples without those that cannot be read. */
  public static Examples examples(Examples examples, Consumer<String> onSkip) {
    SkipUnreadable skip = new SkipUnreadable(examples.size(), onSkip);
    return new Examples() {
      @Override
      public int size() {
        return examples.size();
      }

      @Override
      public Example example(int epoch, int index, SplittableRandom random) {
        return skip.get(
            index,
            candidate ->
                // Not the same generator: an attempt that failed may have drawn from it.
                examples.example(
                    epoch,
                    candidate,
                    candidate == index
                        ? random
                        : new SplittableRandom(Seeds.derive(candidate, epoch, index))));
      }
    };
  }

  private <T> T get(int index, IntFunction<T> read) {
    for (int tried = 0; tried < size; tried++) {
      int candidate = (index + tried) % size;
      if (!unreadable.contains(candidate)) {
        try {
          return read.apply(candidate);
        } catch (UncheckedIOException e) {
          if (unreadable.add(candidate)) {
            onSkip.accept(String.valueOf(e.getMessage()));
          }
        }
      }
    }
    throw new IllegalArgumentException("none of the " + Count.of(size, "photos can be read"));
  }
}
