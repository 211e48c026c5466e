package io.github.geofix.cli;

import io.github.geofix.core.Explanation;
import io.github.geofix.core.Photo;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.Printable;
import io.github.geofix.earth.EarthBackdrop;
import io.github.geofix.eval.internal.report.EmbeddedImage;
import io.github.geofix.eval.internal.report.ReportPage;
import io.github.geofix.eval.internal.report.ReportSection;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The evidence for answers: as a page, and in JSON. */
final class ExplainOptions {
  private static final int PIXELS = 480;

  /** A page of more would be slow to open. */
  private static final int MOST_PHOTOS = 50;

  @Option(
      names = "--explain",
      paramLabel = "FILE",
      description =
          "Write an HTML page with the evidence for each answer: the photo, a map of the"
              + " candidates, and what the model compared. At most "
              + MOST_PHOTOS
              + " photos.")
  private @Nullable Path page;

  @Option(
      names = "--evidence",
      description = "Add the evidence for each answer to --format json and jsonl.")
  private boolean inJson;

  private final ReportPage report = ReportPage.titled("Why this place");
  private int photos;

  /** Returns whether answers are to be explained. */
  boolean any() {
    return page != null || inJson;
  }

  /**
   * Refuses what could not be done, before photos are located.
   *
   * @param count the number of photos
   */
  void check(int count, LocationWriter.Format format) {
    if (page != null) {
      AtomicFiles.check(page);
      if (count > MOST_PHOTOS) {
        throw new IllegalArgumentException(
            "--explain takes at most %d photos: %d are given; --evidence has no limit"
                .formatted(MOST_PHOTOS, count));
      }
    }
    if (inJson && format != LocationWriter.Format.JSON && format != LocationWriter.Format.JSONL) {
      throw new IllegalArgumentException("--evidence needs --format json or jsonl");
    }
  }

  /** Returns how much is explained; pictures are for the page alone. */
  Explanation.Options options() {
    return Explanation.Options.defaults().withPixels(page == null ? 0 : PIXELS);
  }

  /** Returns the evidence that JSON is to hold. */
  Optional<Explanation.Evidence> forJson(Explanation explained) {
    return inJson ? Optional.of(explained.evidence()) : Optional.empty();
  }

  /** Adds an answer to the page. */
  void add(Photo photo, Explanation explained, Photo.Limits limits) {
    if (page == null) {
      return;
    }
    photos++;
    String name =
        photo.file().map(file -> Printable.of(file.getFileName())).orElse("standard input");
    EmbeddedImage picture = EmbeddedImage.thumbnail(photo.read(limits), 2 * PIXELS);
    report.add(ReportSection.location(name, explained.location(), Optional.of(picture)));
    report.add(ReportSection.evidence("Evidence for " + name, explained.evidence()));
  }

  /** Writes the page, if it was asked for and a photo was located. */
  void write(String model) {
    if (page != null && photos > 0) {
      EarthBackdrop.find().ifPresent(report::world);
      report.subtitle(Count.of(photos, "photos") + " located by " + model).write(page);
    }
  }
}
