package io.github.geofix.core.cascade;

import io.github.geofix.core.Explanation;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.Location;
import io.github.geofix.core.NoAnswerException;
import io.github.geofix.core.Photo;
import io.github.geofix.core.internal.Interrupts;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A localizer that passes the photos that it declines to another one, such as a gallery of photos
 * after a model of the whole Earth, or the other way round. Thread-safe if its parts are; closing
 * it closes them.
 *
 * <pre>{@code
 * AnswerRule rule = AnswerRules.load(model).rule(200, 0.9);
 * try (Localizer localizer =
 *     new Fallback(Localizer.load(model), rule::accepts, Localizer.load(gallery))) {
 *   System.out.println(localizer.locate(photo));
 * }
 * }</pre>
 *
 * <p>Where both decline, the reasons of both are given.
 */
public final class Fallback implements Localizer {

  /** Photos that the second localizer is given together. */
  private static final int BATCH = 64;

  private static final String NOT_ACCEPTED = "the answer of the first model is not accepted";

  private final Localizer first;
  private final Predicate<? super Location> accepts;
  private final Localizer second;

  /**
   * Creates a localizer.
   *
   * @param accepts whether an answer of the first is given, such as {@link
   *     io.github.geofix.core.abstention.AnswerRule#accepts}; one that declines by itself, such as
   *     a gallery, may have all of its answers given
   * @param second locates photos without an answer, and those whose answer is not accepted
   */
  public Fallback(Localizer first, Predicate<? super Location> accepts, Localizer second) {
    this.first = first;
    this.accepts = accepts;
    this.second = second;
  }

  @Override
  public Optional<float[]> vector(Photo photo) {
    return first.vector(photo);
  }

  @Override
  public Photo.Limits photoLimits() {
    return first.photoLimits();
  }

  private <T> T either(Supplier<T> ofFirst, Predicate<? super T> accepted, Supplier<T> ofSecond) {
    String reason = NOT_ACCEPTED;
    try {
      T answer = ofFirst.get();
      if (accepted.test(answer)) {
        return answer;
      }
    } catch (NoAnswerException e) {
      reason = String.valueOf(e.getMessage());
    }
    try {
      return ofSecond.get();
    } catch (NoAnswerException e) {
      throw new NoAnswerException(both(reason, String.valueOf(e.getMessage())));
    }
  }

  private static String both(String first, String second) {
    return first + "; then " + second;
  }

  @Override
  public Location locate(BufferedImage photo) {
    return either(() -> first.locate(photo), accepts, () -> second.locate(photo));
  }

  @Override
  public Location locate(Photo photo) {
    return either(() -> first.locate(photo), accepts, () -> second.locate(photo));
  }

  @Override
  public Explanation explain(Photo photo, Explanation.Options options) {
    return either(
        () -> first.explain(photo, options),
        explanation -> accepts.test(explanation.location()),
        () -> second.explain(photo, options));
  }

  @Override
  public List<Location> locateImages(List<BufferedImage> photos) {
    return photos.stream().map(this::locate).toList();
  }

  @Override
  public List<Location> locateAll(List<Path> photos) {
    List<Location> locations = new ArrayList<>(photos.size());
    locateEach(
        photos,
        outcome -> {
          if (outcome instanceof PhotoOutcome.Located located) {
            locations.add(located.location());
          } else if (outcome instanceof PhotoOutcome.Failed failed) {
            throw failed.error();
          } else if (outcome instanceof PhotoOutcome.Unanswered unanswered) {
            throw new NoAnswerException(unanswered.photo() + ": " + unanswered.reason());
          }
        });
    return locations;
  }

  @Override
  public void locateEach(List<Path> photos, Consumer<? super PhotoOutcome> action) {
    for (int from = 0; from < photos.size(); from += BATCH) {
      Interrupts.check(from, photos.size(), "photos");
      batch(photos.subList(from, Math.min(photos.size(), from + BATCH))).forEach(action);
    }
  }

  private List<PhotoOutcome> batch(List<Path> photos) {
    List<PhotoOutcome> outcomes = new ArrayList<>(photos.size());
    List<Integer> declined = new ArrayList<>();
    List<String> reasons = new ArrayList<>();
    first.locateEach(
        photos,
        outcome -> {
          declinedBecause(outcome)
              .ifPresent(
                  reason -> {
                    declined.add(outcomes.size());
                    reasons.add(reason);
                  });
          outcomes.add(outcome);
        });
    List<PhotoOutcome> others = new ArrayList<>(declined.size());
    if (!declined.isEmpty()) {
      second.locateEach(declined.stream().map(photos::get).toList(), others::add);
    }
    for (int i = 0; i < others.size(); i++) {
      outcomes.set(declined.get(i), withReason(reasons.get(i), others.get(i)));
    }
    return outcomes;
  }

  private Optional<String> declinedBecause(PhotoOutcome outcome) {
    if (outcome instanceof PhotoOutcome.Unanswered unanswered) {
      return Optional.of(unanswered.reason());
    }
    return outcome instanceof PhotoOutcome.Located located && !accepts.test(located.location())
        ? Optional.of(NOT_ACCEPTED)
        : Optional.empty();
  }

  private static PhotoOutcome withReason(String reason, PhotoOutcome outcome) {
    return outcome instanceof PhotoOutcome.Unanswered unanswered
        ? new PhotoOutcome.Unanswered(unanswered.photo(), both(reason, unanswered.reason()))
        : outcome;
  }

  @Override
  public void warmUp() {
    first.warmUp();
    second.warmUp();
  }

  @Override
  public void close() {
    try (second) {
      first.close();
    }
  }
}
