package io.github.geofix.core.cascade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.Photo;
import io.github.geofix.core.Refiner;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.Region;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CascadeTest {
  private static final BufferedImage PHOTO = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);

  private boolean closed;
  private final List<Path> filesSeen = new ArrayList<>();

  private Localizer first(List<Candidate> candidates) {
    return new Localizer() {
      @Override
      public List<Location> locateAll(List<Path> photos) {
        filesSeen.addAll(photos);
        return locateImages(photos.stream().map(photo -> PHOTO).toList());
      }

      @Override
      public List<Location> locateImages(List<BufferedImage> photos) {
        return photos.stream()
            .map(photo -> new Location(candidates.get(0).latLng(), candidates))
            .toList();
      }

      @Override
      public void close() {
        closed = true;
      }
    };
  }

  private static Refiner refiner(UnaryOperator<List<Candidate>> refine) {
    return new Refiner() {
      @Override
      public String name() {
        return "test";
      }

      @Override
      public List<Candidate> refine(BufferedImage photo, List<Candidate> proposed) {
        return refine.apply(proposed);
      }

      @Override
      public void close() {}
    };
  }

  private static List<Candidate> random(SplittableRandom random, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new Candidate(
                    new LatLng(random.nextDouble(-60, 60), random.nextDouble(-180, 180)),
                    random.nextDouble(0.1, 1),
                    random.nextDouble(500, 3000),
                    new Tile(10, i, 0)))
        .sorted(Comparator.comparingDouble((Candidate c) -> -c.score()))
        .toList();
  }

  @Test
  void holdsFewOfManyPhotosAtOnce() {
    List<Candidate> candidates = random(new SplittableRandom(4), 3);
    AtomicInteger decoded = new AtomicInteger();
    AtomicInteger refined = new AtomicInteger();
    Refiner counting =
        refiner(
            proposed -> {
              assertThat(decoded.get() - refined.getAndIncrement()).isLessThanOrEqualTo(8);
              return proposed;
            });
    try (Cascade cascade =
        new Cascade(
            first(candidates),
            List.of(counting),
            path -> {
              decoded.incrementAndGet();
              return PHOTO;
            },
            Cascade.Options.defaults())) {
      assertThat(cascade.locateAll(Collections.nCopies(20, Path.of("a.jpg")))).hasSize(20);
    }
    assertThat(refined.get()).isEqualTo(20);
  }

  private static final Cascade.Options BEST_PLACE = Cascade.Options.defaults().withMeanKm(0);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void multipliesWhatTheStagesSayOfEachPlace(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Candidate> prior = random(random, 7);
    List<Candidate> fit = random(random, 12);
    double[] expected = new double[fit.size()];
    double sum = 0;
    for (int i = 0; i < expected.length; i++) {
      double density = 0;
      for (Candidate place : prior) {
        double d = GreatCircle.distanceKm(place.latLng(), fit.get(i).latLng());
        double sigma = place.radiusKm();
        density += place.score() / (sigma * sigma) * Math.exp(-0.5 * d * d / (sigma * sigma));
      }
      expected[i] = density * Math.pow(fit.get(i).score(), 0.4);
      sum += expected[i];
    }
    try (Cascade cascade =
        new Cascade(
            first(prior),
            List.of(refiner(proposed -> fit)),
            path -> PHOTO,
            BEST_PLACE.withWeight(0.4))) {
      List<Candidate> found = cascade.locate(PHOTO).candidates();
      assertThat(found).hasSize(fit.size());
      for (Candidate candidate : found) {
        int i = fit.stream().map(Candidate::cell).toList().indexOf(candidate.cell());
        assertThat(candidate.latLng()).isEqualTo(fit.get(i).latLng());
        assertThat(candidate.score()).isCloseTo(expected[i] / sum, within(1e-12));
      }
    }
    assertThat(closed).isTrue();
  }

  @Test
  void aRefinerThatOnlyRanksFindsTheScoresOfThePlaces() {
    List<Candidate> places = random(new SplittableRandom(6), 5);
    Refiner reversing =
        refiner(
            proposed ->
                IntStream.range(0, proposed.size())
                    .mapToObj(i -> proposed.get(i).withScore(1 + i))
                    .toList());
    try (Cascade cascade =
        new Cascade(first(places), List.of(reversing), path -> PHOTO, BEST_PLACE.withWeight(2))) {
      double[] expected =
          IntStream.range(0, 5)
              .mapToDouble(i -> places.get(i).score() * (1 + i) * (1 + i))
              .toArray();
      double sum = Arrays.stream(expected).sum();
      for (Candidate found : cascade.locate(PHOTO).candidates()) {
        int i = places.stream().map(Candidate::cell).toList().indexOf(found.cell());
        assertThat(found.score()).isCloseTo(expected[i] / sum, within(1e-12));
      }
    }
  }

  @Test
  void explainsByTheCandidatesAfterEachRefiner() {
    List<Candidate> places = random(new SplittableRandom(6), 5);
    Refiner same = refiner(proposed -> proposed);
    try (Cascade cascade =
        new Cascade(first(places), List.of(same, same), path -> PHOTO, BEST_PLACE)) {
      Explanation explained =
          cascade.explain(Photo.of(Path.of("a.jpg")), Explanation.Options.defaults());
      assertThat(explained.location()).isEqualTo(cascade.locate(PHOTO));
      Explanation.Stages stages = (Explanation.Stages) explained.evidence();
      assertThat(stages.first()).isEqualTo(new Explanation.Candidates(places));
      assertThat(stages.stages()).extracting(Explanation.Stage::name).containsOnly("test");
      assertThat(stages.stages()).hasSize(2);
      assertThat(stages.stages().get(1).candidates()).isEqualTo(explained.location().candidates());
      assertThat(stages.stages().get(0).candidates())
          .isNotEqualTo(stages.stages().get(1).candidates());
    }
  }

  @Test
  void keepsRefinedCandidatesInTheRegion() {
    S2Cell here = S2Cell.of(new LatLng(10, 10), 8);
    S2Cell far = S2Cell.of(new LatLng(-40, 100), 8);
    Refiner wandering =
        refiner(proposed -> List.of(Candidate.of(far, 0.9), Candidate.of(here, 0.1)));
    Photo photo = Photo.of(PHOTO).withRegion(Region.around(here.center(), 200));
    try (Cascade cascade =
        new Cascade(
            first(List.of(Candidate.of(here, 0.5), Candidate.of(far, 0.5))),
            List.of(wandering),
            path -> PHOTO,
            BEST_PLACE)) {
      Location location = cascade.locate(photo);
      assertThat(location.latLng()).isEqualTo(here.center());
      assertThat(location.candidates()).containsExactly(Candidate.of(here, 1));
    }
  }

  @Test
  void believesTheLaterStageWhereNothingIsLeftOfTheFormer() {
    Candidate here = new Candidate(new LatLng(0, 0), 1, 1, new Tile(1, 0, 0));
    List<Candidate> far =
        List.of(
            new Candidate(new LatLng(0, 90), 3, 1, new Tile(1, 1, 0)),
            new Candidate(new LatLng(0, -90), 1, 1, new Tile(1, 0, 1)));
    try (Cascade cascade =
        new Cascade(first(List.of(here)), List.of(refiner(p -> far)), path -> PHOTO, BEST_PLACE)) {
      Location location = cascade.locate(PHOTO);
      assertThat(location.latLng()).isEqualTo(new LatLng(0, 90));
      // Shares, as of any other answer, whatever the scale of the likelihoods.
      assertThat(location.candidates()).extracting(Candidate::score).containsExactly(0.75, 0.25);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-300, 1e300})
  void takesLikelihoodsOfAnyScale(double likelihood) {
    List<Candidate> places = random(new SplittableRandom(7), 3);
    List<Candidate> fit = places.stream().map(p -> p.withScore(likelihood)).toList();
    Cascade.Options options = Cascade.Options.defaults().withWeight(2);
    try (Cascade cascade =
        new Cascade(first(places), List.of(refiner(p -> fit)), path -> PHOTO, options)) {
      double sum = places.stream().mapToDouble(Candidate::score).sum();
      List<Candidate> found = cascade.locate(PHOTO).candidates();
      for (int i = 0; i < places.size(); i++) {
        assertThat(found.get(i).cell()).isEqualTo(places.get(i).cell());
        assertThat(found.get(i).score()).isCloseTo(places.get(i).score() / sum, within(1e-12));
      }
    }
  }

  @Test
  void handsFilesToTheFirstStageAndDecodesThemOneByOneForTheOthers() {
    List<Candidate> places = random(new SplittableRandom(8), 3);
    List<String> events = new ArrayList<>();
    Refiner watching =
        refiner(
            proposed -> {
              events.add("refine");
              return proposed;
            });
    List<Path> files = List.of(Path.of("a.jpg"), Path.of("b.jpg"));
    try (Cascade cascade =
        new Cascade(
            first(places),
            List.of(watching),
            path -> {
              events.add(path.toString());
              return PHOTO;
            },
            Cascade.Options.defaults())) {
      assertThat(cascade.locateAll(files)).hasSize(2);
      // A model may look at what lies beside a photo.
      assertThat(filesSeen).isEqualTo(files);
      assertThat(events).containsExactly("a.jpg", "refine", "b.jpg", "refine");
    }
  }

  @Test
  void answersWithTheMeanAroundTheBestPlace() {
    List<Candidate> two =
        List.of(
            new Candidate(new LatLng(0, 1), 1, 500, new Tile(1, 1, 0)),
            new Candidate(new LatLng(0, -1), 1, 500, new Tile(1, 0, 0)),
            new Candidate(new LatLng(50, 0), 0.5, 500, new Tile(2, 1, 0)));
    try (Cascade cascade =
        new Cascade(
            first(two), List.of(refiner(p -> p)), path -> PHOTO, BEST_PLACE.withMeanKm(300))) {
      LatLng answer = cascade.locate(PHOTO).latLng();
      assertThat(GreatCircle.distanceKm(answer, new LatLng(0, 0))).isLessThan(1e-3);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, 10_008, Double.NaN})
  void refusesAMeanThatIsNone(double km) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BEST_PLACE.withMeanKm(km))
        .withMessageContaining("meanKm");
  }

  @Test
  void isItsFirstStageIfNothingRefinesIt() {
    List<Candidate> places = random(new SplittableRandom(4), 3);
    try (Cascade cascade =
        new Cascade(first(places), List.of(), path -> PHOTO, Cascade.Options.defaults())) {
      assertThat(cascade.locate(Path.of("decoded by the function")))
          .isEqualTo(new Location(places.get(0).latLng(), places));
    }
  }

  @Test
  void countsWhatEachStageHasCost() {
    List<Candidate> places = random(new SplittableRandom(5), 9);
    try (Cascade cascade =
        new Cascade(
            first(places),
            List.of(refiner(p -> p.subList(0, 2))),
            path -> PHOTO,
            Cascade.Options.defaults())) {
      cascade.locateImages(List.of(PHOTO, PHOTO, PHOTO));
      List<Cascade.Cost> costs = cascade.costs();
      assertThat(costs).extracting(Cascade.Cost::stage).containsExactly("first", "test");
      assertThat(costs).extracting(Cascade.Cost::photos).containsOnly(3L);
      assertThat(costs).extracting(Cascade.Cost::candidates).containsExactly(27L, 6L);
      assertThat(costs).allSatisfy(cost -> assertThat(cost.seconds()).isPositive());
    }
  }
}
