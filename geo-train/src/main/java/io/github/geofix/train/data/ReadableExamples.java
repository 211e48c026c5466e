package io.github.geofix.train.data;

import io.github.geofix.models.train.Example;
import io.github.geofix.models.train.Examples;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Examples of which an unreadable one is replaced by the next readable one. Thread-safe. */
final class ReadableExamples implements Examples {
  private final Examples examples;
  private final Consumer<String> onSkip;
  private final Set<Integer> unreadable = ConcurrentHashMap.newKeySet();

  ReadableExamples(Examples examples, Consumer<String> onSkip) {
    this.examples = examples;
    this.onSkip = onSkip;
  }

  @Override
  public int size() {
    return examples.size();
  }

  @Override
  public Example example(int epoch, int index, SplittableRandom random) {
    for (int tried = 0; tried < size(); tried++) {
      int candidate = (index + tried) % size();
      if (!unreadable.contains(candidate)) {
        // Not the same generator: an attempt that failed may have drawn from it.
        SplittableRandom own =
            tried == 0 ? random : new SplittableRandom(Seeds.derive(candidate, epoch, index));
        try {
          return examples.example(epoch, candidate, own);
        } catch (UncheckedIOException e) {
          if (unreadable.add(candidate)) {
            onSkip.accept(String.valueOf(e.getMessage()));
          }
        }
      }
    }
    throw new IllegalArgumentException("none of the " + size() + " photos can be read");
  }
}
