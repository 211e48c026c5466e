package io.github.geofix.core.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.geofix.core.Candidate;
import io.github.geofix.core.Location;
import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LocalFrame;
import io.github.geofix.core.internal.geodesy.WeightedPoints;
import io.github.geofix.core.track.TrackFilter.Options;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrackFilterTest {
  private static final Instant START = Instant.parse("2026-11-21T08:00:00Z");
  private static final Options OPTIONS = new Options(0.5, 0.01, 0.02, 1, 1, 400, 1000);

  /** The definition: every sequence of places, its probability, and sums of these. */
  @ParameterizedTest
  @CsvSource({"1, 0, 1", "2, 0, 2.5", "3, 1, 1", "4, 1, 0.7", "5, 2, 3"})
  void equalsTheSumOverAllSequencesOfPlaces(long seed, int window, double temperature) {
    Random random = new Random(seed);
    List<Instant> times = new ArrayList<>();
    List<Location> locations = new ArrayList<>();
    Instant time = START;
    for (int t = 0; t < 4; t++) {
      times.add(time);
      time = time.plusMillis(random.nextInt(900_000));
      locations.add(location(random, 2 + random.nextInt(2)));
    }
    Options options = OPTIONS.withWindow(window).withTemperature(temperature);
    assertProbabilities(
        TrackFilter.of(options).smooth(times, locations), times, locations, options, true);
    assertProbabilities(
        TrackFilter.of(options).filter(times, locations), times, locations, options, false);
  }

  private static void assertProbabilities(
      Track track, List<Instant> times, List<Location> locations, Options options, boolean smooth) {
    for (int t = 0; t < times.size(); t++) {
      int last = smooth ? times.size() : t + 1;
      List<List<Candidate>> places = new ArrayList<>();
      for (int i = 0; i < last; i++) {
        places.add(places(locations, i, options.window(), smooth ? options.window() : 0));
      }
      Map<LatLng, Double> sums = new HashMap<>();
      for (List<Candidate> sequence : sequences(places)) {
        sums.merge(
            sequence.get(t).latLng(),
            probability(sequence, times, locations, options),
            Double::sum);
      }
      double all = sums.values().stream().mapToDouble(Double::doubleValue).sum();
      List<Candidate> found = track.locations().get(t).candidates();
      assertThat(found).hasSize(sums.size());
      for (Candidate candidate : found) {
        assertThat(candidate.score())
            .isCloseTo(Objects.requireNonNull(sums.get(candidate.latLng())) / all, within(1e-12));
      }
    }
  }

  private static List<Candidate> places(List<Location> locations, int t, int before, int after) {
    Set<Candidate> places = new LinkedHashSet<>();
    for (int i = Math.max(0, t - before); i <= Math.min(locations.size() - 1, t + after); i++) {
      places.addAll(locations.get(i).candidates());
    }
    return List.copyOf(places);
  }

  private static List<List<Candidate>> sequences(List<List<Candidate>> places) {
    List<List<Candidate>> sequences = List.of(List.of());
    for (List<Candidate> choices : places) {
      List<List<Candidate>> longer = new ArrayList<>();
      for (List<Candidate> sequence : sequences) {
        for (Candidate choice : choices) {
          List<Candidate> next = new ArrayList<>(sequence);
          next.add(choice);
          longer.add(next);
        }
      }
      sequences = longer;
    }
    return sequences;
  }

  private static double probability(
      List<Candidate> sequence, List<Instant> times, List<Location> locations, Options options) {
    double probability = 1;
    double earth = 4 * Math.PI * 6371.01 * 6371.01;
    for (int t = 0; t < sequence.size(); t++) {
      Candidate x = sequence.get(t);
      double rest = 1;
      double density = 0;
      double sum = 0;
      double powers = 0;
      for (Candidate seen : locations.get(t).candidates()) {
        sum += seen.score();
        powers += Math.pow(seen.score(), 1 / options.temperature());
      }
      for (Candidate seen : locations.get(t).candidates()) {
        double score = Math.pow(seen.score(), 1 / options.temperature()) * sum / powers;
        density += (1 - options.floor()) * score * gaussian(x, seen, 0);
        rest -= (1 - options.floor()) * score;
      }
      double side = x.radiusKm() * Math.sqrt(2);
      probability *= side * side * (density + rest / earth);
      if (t > 0) {
        double seconds = (times.get(t).toEpochMilli() - times.get(t - 1).toEpochMilli()) / 1000.0;
        double way = gaussian(sequence.get(t - 1), x, options.kmPerSecond() * seconds);
        probability *= options.jump() / earth + (1 - options.jump()) * way;
      }
    }
    return probability;
  }

  private static double gaussian(Candidate a, Candidate b, double km) {
    double squares = (Math.pow(a.radiusKm(), 2) + Math.pow(b.radiusKm(), 2)) / 6 + km * km;
    double distance = GreatCircle.distanceKm(a.latLng(), b.latLng());
    return Math.exp(-0.5 * distance * distance / squares) / (2 * Math.PI * squares);
  }

  private static Location location(Random random, int count) {
    List<Candidate> candidates = new ArrayList<>();
    double score = 0.5;
    for (int i = 0; i < count; i++) {
      LatLng place = new LatLng(45 + 8 * random.nextDouble(), 5 + 8 * random.nextDouble());
      candidates.add(
          new Candidate(place, score, 100 + 200 * random.nextDouble(), new Tile(10, i, 0)));
      score *= 0.5;
    }
    return new Location(candidates.get(0).latLng(), candidates);
  }

  @Test
  void onePhotoThatDisagreesIsOutvoted() {
    List<Instant> times = new ArrayList<>();
    List<Location> locations = new ArrayList<>();
    LatLng far = new LatLng(-30, 130);
    for (int t = 0; t < 7; t++) {
      LatLng near = LocalFrame.move(new LatLng(48, 8), 80, 60_000.0 * t);
      times.add(START.plusSeconds(60L * t));
      // The fourth takes Australia for likelier.
      List<Candidate> candidates =
          List.of(
              new Candidate(t == 3 ? far : near, 0.7, 100, new Tile(1, 0, 0)),
              new Candidate(t == 3 ? near : far, 0.3, 100, new Tile(1, 1, 0)));
      locations.add(new Location(candidates.get(0).latLng(), candidates));
    }
    Track smooth = TrackFilter.of(Options.ofSpeed(1)).smooth(times, locations);
    Track filter = TrackFilter.of(Options.ofSpeed(1)).filter(times, locations);
    for (Track track : List.of(smooth, filter)) {
      LatLng truth = LocalFrame.move(new LatLng(48, 8), 80, 180_000);
      assertThat(GreatCircle.distanceKm(track.path().get(3), truth)).isLessThan(150);
      Location location = track.locations().get(3);
      assertThat(location.candidates().stream().mapToDouble(Candidate::score).sum())
          .isCloseTo(1, within(1e-6));
    }
  }

  @Test
  void aCameraThatMayJumpAnywhereIsLocatedPhotoByPhoto() {
    Random random = new Random(3);
    List<Location> locations = List.of(location(random, 3), location(random, 3));
    Options options = OPTIONS.withJump(1).withWindow(0);
    Track track = TrackFilter.of(options).smooth(List.of(START, START.plusSeconds(1)), locations);
    for (int t = 0; t < 2; t++) {
      List<Candidate> alone =
          TrackFilter.of(options)
              .smooth(List.of(START), List.of(locations.get(t)))
              .locations()
              .get(0)
              .candidates();
      List<Candidate> together = track.locations().get(t).candidates();
      for (int i = 0; i < alone.size(); i++) {
        assertThat(together.get(i).score()).isCloseTo(alone.get(i).score(), within(1e-12));
      }
    }
  }

  @Test
  void answersWithTheDensityModeOfThePlaces() {
    Random random = new Random(4);
    Location location = location(random, 4);
    Location found =
        TrackFilter.of(OPTIONS).smooth(List.of(START), List.of(location)).locations().get(0);
    WeightedPoints points =
        WeightedPoints.of(
            found.candidates().stream().map(Candidate::latLng).toList(),
            found.candidates().stream().mapToDouble(Candidate::score).toArray());
    assertThat(GreatCircle.distanceKm(found.latLng(), points.densityMode(400))).isLessThan(1e-6);
  }

  @Test
  void hundredsOfPhotosDoNotUnderflow() {
    Random random = new Random(5);
    List<Instant> times = new ArrayList<>();
    List<Location> locations = new ArrayList<>();
    for (int t = 0; t < 400; t++) {
      times.add(START.plusSeconds(10L * t));
      locations.add(location(random, 3));
    }
    Track track = TrackFilter.of(OPTIONS.withFloor(1e-9).withJump(1e-9)).smooth(times, locations);
    assertThat(track.locations()).allMatch(location -> Double.isFinite(location.score()));
  }

  @Test
  void atATemperatureNearZeroTheBestCandidateHasAllOfTheScore() {
    LatLng best = new LatLng(48, 8);
    List<Candidate> candidates =
        List.of(
            new Candidate(best, 0.5, 10, new Tile(1, 0, 0)),
            new Candidate(new LatLng(-30, 130), 0.4, 10, new Tile(1, 1, 0)));
    Options cold = OPTIONS.withFloor(1e-9).withTemperature(1e-4);
    Location found =
        TrackFilter.of(cold)
            .smooth(List.of(START), List.of(new Location(best, candidates)))
            .locations()
            .get(0);
    assertThat(found.candidates().get(0).latLng()).isEqualTo(best);
    assertThat(found.score()).isCloseTo(1, within(1e-3));
  }

  @Test
  void photosOfOneMomentOrOfAllTimesAreLocatedTogether() {
    Random random = new Random(6);
    List<Location> locations = List.of(location(random, 3), location(random, 3));
    for (Instant second : List.of(START, Instant.MAX)) {
      Instant first = second.equals(START) ? START : Instant.MIN;
      Track track = TrackFilter.of(OPTIONS).smooth(List.of(first, second), locations);
      for (Location location : track.locations()) {
        double sum = location.candidates().stream().mapToDouble(Candidate::score).sum();
        assertThat(sum).isCloseTo(1, within(1e-9));
      }
    }
  }

  @Test
  void writesTheWayAsALine() {
    List<Location> locations =
        List.of(
            location(new LatLng(10, 170)),
            location(new LatLng(11, 179)),
            location(new LatLng(12, -179)));
    List<Instant> times = List.of(START, START.plusSeconds(1), START.plusSeconds(2));
    JsonArray features =
        JsonParser.parseString(new Track(times, locations).toGeoJson())
            .getAsJsonObject()
            .getAsJsonArray("features");
    assertThat(features).hasSize(4);
    JsonObject line = features.get(0).getAsJsonObject().getAsJsonObject("geometry");
    assertThat(line.get("type").getAsString()).isEqualTo("MultiLineString");
    JsonObject point = features.get(3).getAsJsonObject();
    assertThat(point.getAsJsonObject("properties").get("time").getAsString())
        .isEqualTo("2026-11-21T08:00:02Z");
  }

  @Test
  void namesThePhotosOfItsGeoJson() {
    Track track =
        new Track(
            List.of(START, START), List.of(location(new LatLng(1, 2)), location(new LatLng(1, 3))));
    JsonArray features =
        JsonParser.parseString(track.toGeoJson(List.of("a.jpg", "b.jpg")))
            .getAsJsonObject()
            .getAsJsonArray("features");
    assertThat(features.get(2).getAsJsonObject().getAsJsonObject("properties").toString())
        .isEqualTo("{\"image\":\"b.jpg\",\"time\":\"2026-11-21T08:00:00Z\",\"score\":1.0}");
    assertThatThrownBy(() -> track.toGeoJson(List.of("a.jpg")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 name for 2 photos");
  }

  private static Location location(LatLng place) {
    return new Location(place, List.of(new Candidate(place, 1, 10, new Tile(1, 0, 0))));
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatThrownBy(() -> Options.ofSpeed(0)).hasMessageContaining("kmPerSecond");
    assertThatThrownBy(() -> OPTIONS.withFloor(0)).hasMessageContaining("floor");
    assertThatThrownBy(() -> OPTIONS.withJump(Double.NaN)).hasMessageContaining("jump");
    assertThatThrownBy(() -> OPTIONS.withTemperature(0)).hasMessageContaining("temperature");
    TrackFilter filter = TrackFilter.of(OPTIONS);
    Location place = location(new LatLng(1, 2));
    assertThatThrownBy(() -> filter.smooth(List.of(), List.of())).hasMessageContaining("0 times");
    assertThatThrownBy(
            () -> filter.smooth(List.of(START, START.minusSeconds(1)), List.of(place, place)))
        .hasMessageContaining("sort them by time");
  }
}
