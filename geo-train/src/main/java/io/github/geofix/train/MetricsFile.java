package io.github.geofix.train;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.core.internal.InputFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Metrics of a run over its steps, as CSV: one row for each of about a thousand intervals. */
final class MetricsFile {

  /**
   * An interval of the run.
   *
   * @param loss mean over the interval
   * @param validationLoss NaN except at the end of an epoch with validation
   */
  record Row(
      long step,
      int epoch,
      double loss,
      double validationLoss,
      double learningRate,
      double gradientNorm,
      double examplesPerSecond) {}

  private final Path file;
  private final List<Row> rows = new ArrayList<>();

  /** Keeps the rows of an older file up to {@code lastStep}: later ones will be made again. */
  MetricsFile(Path file, long lastStep) {
    this.file = file;
    if (lastStep > 0 && Files.exists(file)) {
      read(lastStep);
    }
  }

  private void read(long lastStep) {
    try (CsvReader<NamedCsvRecord> reader =
        CsvReader.builder().ofNamedCsvRecord(InputFiles.find(file))) {
      for (NamedCsvRecord record : reader) {
        Row row =
            new Row(
                Long.parseLong(record.getField("step")),
                Integer.parseInt(record.getField("epoch")),
                number(record.getField("loss")),
                number(record.getField("validation_loss")),
                number(record.getField("learning_rate")),
                number(record.getField("gradient_norm")),
                number(record.getField("examples_per_second")));
        if (row.step() <= lastStep) {
          rows.add(row);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          file + " does not hold the metrics of a run: move it away to resume", e);
    }
  }

  private static double number(String text) {
    return text.isEmpty() ? Double.NaN : Double.parseDouble(text);
  }

  private static String text(double number) {
    return Double.isNaN(number) ? "" : Double.toString(number);
  }

  void add(Row row) {
    rows.add(row);
  }

  List<Row> rows() {
    return Collections.unmodifiableList(rows);
  }

  /** Writes all rows, replacing the file. */
  void write() {
    AtomicFiles.writeText(
        file,
        out -> {
          try (CsvWriter writer = CsvWriter.builder().build(out)) {
            writer.writeRecord(
                "step",
                "epoch",
                "loss",
                "validation_loss",
                "learning_rate",
                "gradient_norm",
                "examples_per_second");
            for (Row row : rows) {
              writer.writeRecord(
                  Long.toString(row.step()),
                  Integer.toString(row.epoch()),
                  text(row.loss()),
                  text(row.validationLoss()),
                  text(row.learningRate()),
                  text(row.gradientNorm()),
                  text(row.examplesPerSecond()));
            }
          }
        });
  }
}
