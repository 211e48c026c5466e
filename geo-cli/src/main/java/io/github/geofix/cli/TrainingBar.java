package io.github.geofix.cli;

import io.github.geofix.train.Progress;
import org.jspecify.annotations.Nullable;

/** The progress of a training run, perhaps one that continues an earlier run. */
final class TrainingBar implements AutoCloseable {
  private final String task;
  private @Nullable Bar bar;

  TrainingBar(String task) {
    this.task = task;
  }

  void show(Progress progress) {
    if (bar == null) {
      bar = Bar.of(task, progress.steps(), progress.step() - 1);
    }
    bar.show(progress.step(), progress.steps(), progress.loss());
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
