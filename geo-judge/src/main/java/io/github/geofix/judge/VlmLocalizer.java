package io.github.geofix.judge;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.NoAnswerException;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.Interrupts;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.core.internal.geodesy.WeightedPoints;
import io.github.geofix.judge.ChatClient.ChatCost;
import io.github.geofix.judge.ChatJudge.JudgeCounts;
import io.github.geofix.judge.Judge.JudgeException;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A vision-language model behind an OpenAI-style chat endpoint as a localizer. It is given the
 * photo and asked for a position as one small JSON object, which is searched for in whatever it
 * writes, as {@link ChatJudge} does. Asked several times, it answers where most of the positions
 * agree, and the candidates are all places that it named.
 *
 * <p>A photo for which it names no position, or whose positions agree too little, has no answer.
 *
 * <p>Only pixels are sent, encoded anew: no EXIF data. Photos are located one after the other.
 * Thread-safe.
 */
public final class VlmLocalizer implements Localizer {
  private static final String QUESTION =
      "Where was this photo taken? Give your best estimate, however unsure, in degrees, as JSON and"
          + " nothing else: {\"latitude\": 0.0, \"longitude\": 0.0}";

  /**
   * How the model is asked.
   *
   * @param samples how often for each photo, 1 or more; they differ if the endpoint draws its words
   *     at random, as it does by default
   * @param agreeKm positions within this distance agree, above 0 and at most 10,007
   * @param minAgreement the least share of the samples that must agree for an answer, 0 to 1
   */
  public record Options(int samples, double agreeKm, double minAgreement) {

    /** A quarter of the Earth's circumference: positions further apart have no mean. */
    private static final double MOST_KM = 10_007;

    /** Checks the ranges. */
    public Options {
      if (samples < 1) {
        throw new IllegalArgumentException("samples must be 1 or more: " + samples);
      }
      if (!(agreeKm > 0 && agreeKm <= MOST_KM)) {
        throw new IllegalArgumentException("agreeKm must be above 0, at most 10,007: " + agreeKm);
      }
      if (!(minAgreement >= 0 && minAgreement <= 1)) {
        throw new IllegalArgumentException("minAgreement must be 0 to 1: " + minAgreement);
      }
    }

    /** Returns one sample, agreement within 50 km, and an answer however few agree. */
    public static Options defaults() {
      return new Options(1, 50, 0);
    }

    /** Returns a copy with another number of samples. */
    public Options withSamples(int newSamples) {
      return new Options(newSamples, agreeKm, minAgreement);
    }

    /** Returns a copy with another distance of agreement. */
    public Options withAgreeKm(double newAgreeKm) {
      return new Options(samples, newAgreeKm, minAgreement);
    }

    /** Returns a copy with another share that must agree. */
    public Options withMinAgreement(double newMinAgreement) {
      return new Options(samples, agreeKm, newMinAgreement);
    }
  }

  private final ChatClient client;
  private final Options options;
  private final Function<Path, BufferedImage> reader;
  private JudgeCounts counts = JudgeCounts.NONE;

  /**
   * Creates a localizer.
   *
   * @param reader decodes photo files upright, such as {@code Photos::read}
   */
  public VlmLocalizer(ChatClient client, Options options, Function<Path, BufferedImage> reader) {
    this.client = client;
    this.options = options;
    this.reader = reader;
  }

  /** Returns what became of the questions so far. */
  public synchronized JudgeCounts counts() {
    return counts;
  }

  private synchronized void count(UnaryOperator<JudgeCounts> one) {
    counts = one.apply(counts);
  }

  /** Returns what the questions have cost so far. */
  public ChatCost cost() {
    return client.cost();
  }

  @Override
  public Location locate(Path photo) {
    return located(reader.apply(photo), "");
  }

  /**
   * {@inheritDoc}
   *
   * @throws JudgeException if the endpoint refuses the key, has no such model, or is elsewhere, and
   *     has never answered before
   */
  @Override
  public List<Location> locateAll(List<Path> photos) {
    return each(photos, reader, photo -> photo + ": ");
  }

  @Override
  public List<Location> locateImages(List<BufferedImage> photos) {
    return each(photos, Function.identity(), photo -> "");
  }

  private <T> List<Location> each(
      List<T> photos, Function<T, BufferedImage> decode, Function<T, String> name) {
    List<Location> locations = new ArrayList<>(photos.size());
    for (T photo : photos) {
      Interrupts.check(locations.size(), photos.size(), "photos");
      locations.add(located(decode.apply(photo), name.apply(photo)));
    }
    return locations;
  }

  private Location located(BufferedImage photo, String name) {
    List<LatLng> positions = new ArrayList<>();
    String problem = "";
    for (int i = 0; i < options.samples(); i++) {
      ChatReply reply = client.ask(QUESTION, photo);
      if (reply instanceof ChatReply.Text text) {
        int before = positions.size();
        Decisions.last(text.text(), ChatJudge.Form.FREE, List.of()).ifPresent(positions::add);
        if (positions.size() > before) {
          count(JudgeCounts::decided);
        } else {
          problem = "no position in the answer \"" + Excerpt.of(text.text()) + "\"";
          String undecided = problem;
          count(so -> so.undecided(undecided));
        }
      } else if (reply instanceof ChatReply.Refusal refusal) {
        problem = refusal.reason();
        count(so -> so.refused(refusal.reason()));
      } else if (reply instanceof ChatReply.Failure failure) {
        problem = failure.reason();
        count(so -> so.failed(failure.reason()));
      }
    }
    if (positions.isEmpty()) {
      throw new NoAnswerException(name + "the model names no position: " + problem);
    }
    return agreed(positions, name);
  }

  private Location agreed(List<LatLng> positions, String name) {
    double[] weights = new double[positions.size()];
    // Samples without a position agree with none.
    Arrays.fill(weights, 1.0 / options.samples());
    List<WeightedPoints.Cluster> places =
        WeightedPoints.of(positions, weights).clusters(options.agreeKm());
    double agreement = places.get(0).weight();
    if (agreement < options.minAgreement() - 1e-9) {
      throw new NoAnswerException(
          String.format(
              Locale.ROOT,
              "%s%.0f of %d samples agree within %s km, %.0f are needed",
              name,
              agreement * options.samples(),
              options.samples(),
              options.agreeKm(),
              Math.ceil(options.minAgreement() * options.samples() - 1e-9)));
    }
    List<Candidate> candidates =
        places.stream().map(place -> candidate(place, options.agreeKm())).toList();
    return new Location(places.get(0).latLng(), candidates);
  }

  private static Candidate candidate(WeightedPoints.Cluster place, double agreeKm) {
    S2Cell cell = S2Cell.around(place.latLng(), agreeKm);
    return new Candidate(
        place.latLng(),
        Math.min(1, place.weight()),
        S2Cells.radiusKm(cell.id(), place.latLng()),
        cell);
  }

  /** Does nothing: there is nothing to free. */
  @Override
  public void close() {}
}
