package io.github.geofix.judge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.Location;
import io.github.geofix.core.Refiner;
import io.github.geofix.core.cascade.Cascade;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.geodesy.LatLng;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class JudgedLocalizerTest {
  private static final BufferedImage PHOTO = new BufferedImage(4, 4, BufferedImage.TYPE_INT_RGB);
  private static final Location FOUND =
      new Location(
          new LatLng(10, 20),
          List.of(
              new Candidate(new LatLng(11, 20), 0.7, 5, S2Cell.ofToken("47")),
              new Candidate(new LatLng(10, 20), 0.2, 5, S2Cell.ofToken("49")),
              new Candidate(new LatLng(-3, 5), 0.1, 5, S2Cell.ofToken("4b"))));

  /** Locates every photo alike, and counts. */
  private static final class Fixed implements Localizer {
    private int photos;
    private boolean closed;

    @Override
    public List<Location> locateAll(List<Path> files) {
      photos += files.size();
      return files.stream().map(file -> FOUND).toList();
    }

    @Override
    public List<Location> locateImages(List<BufferedImage> images) {
      photos += images.size();
      return images.stream().map(image -> FOUND).toList();
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @Test
  void theJudgeChoosesBetweenTheAnswerAndTheCandidates() {
    List<List<LatLng>> seen = new ArrayList<>();
    Fixed fixed = new Fixed();
    Localizer judged =
        new JudgedLocalizer(
            fixed,
            (photo, guesses) -> {
              seen.add(guesses);
              return Optional.of(guesses.get(2));
            },
            file -> PHOTO);
    Location location = judged.locate(PHOTO);
    assertThat(seen)
        .containsExactly(List.of(new LatLng(10, 20), new LatLng(11, 20), new LatLng(-3, 5)));
    assertThat(location.latLng()).isEqualTo(new LatLng(-3, 5));
    assertThat(location.candidates()).isEqualTo(FOUND.candidates());
    assertThat(fixed.photos).isEqualTo(1);
  }

  /** Locates through a judge and a stage after it, which the candidates given are added to. */
  private static Location throughStages(Judge judge, List<Candidate> seen) {
    Refiner next =
        new Refiner() {
          @Override
          public String name() {
            return "next";
          }

          @Override
          public List<Candidate> refine(BufferedImage photo, List<Candidate> proposed) {
            seen.addAll(proposed);
            return proposed;
          }

          @Override
          public void close() {}
        };
    try (Cascade cascade =
        new Cascade(
            new Fixed(),
            List.of(JudgedLocalizer.stage(judge), next),
            file -> PHOTO,
            Cascade.Options.defaults().withMeanKm(0))) {
      return cascade.locate(PHOTO);
    }
  }

  @Test
  void asAStageTheChoiceGoesOnAlone() {
    List<Candidate> seen = new ArrayList<>();
    List<List<LatLng>> guessed = new ArrayList<>();
    Location location =
        throughStages(
            (photo, guesses) -> {
              guessed.add(guesses);
              return Optional.of(guesses.get(2));
            },
            seen);
    assertThat(guessed)
        .containsExactly(List.of(new LatLng(11, 20), new LatLng(10, 20), new LatLng(-3, 5)));
    assertThat(seen).containsExactly(FOUND.candidates().get(2).withScore(1));
    assertThat(location.latLng()).isEqualTo(new LatLng(-3, 5));
  }

  @Test
  void asAStageAllGoOnWithoutADecision() {
    List<Candidate> seen = new ArrayList<>();
    Location location = throughStages((photo, guesses) -> Optional.empty(), seen);
    assertThat(seen).isEqualTo(FOUND.candidates());
    assertThat(location.latLng()).isEqualTo(new LatLng(11, 20));
  }

  @Test
  void asAStageAPlaceOfItsOwnGoesOnAsACellAroundIt() {
    List<Candidate> seen = new ArrayList<>();
    LatLng own = new LatLng(-40, 170);
    Location location = throughStages((photo, guesses) -> Optional.of(own), seen);
    assertThat(location.latLng()).isEqualTo(own);
    assertThat(seen).hasSize(1);
    assertThat(seen.get(0).latLng()).isEqualTo(own);
    assertThat(seen.get(0).cell()).isEqualTo(S2Cell.around(own, 50));
    assertThat(seen.get(0).radiusKm()).isBetween(25.0, 200.0);
  }

  @Test
  void theAnswerStandsWithoutADecision() {
    Localizer judged =
        new JudgedLocalizer(new Fixed(), (photo, guesses) -> Optional.empty(), file -> PHOTO);
    assertThat(judged.locate(PHOTO)).isEqualTo(FOUND);
  }

  @Test
  void readsEachFileForTheJudge() {
    List<Path> read = new ArrayList<>();
    List<Path> files = List.of(Path.of("a.jpg"), Path.of("b.jpg"));
    Localizer judged =
        new JudgedLocalizer(
            new Fixed(),
            (photo, guesses) -> Optional.of(guesses.get(1)),
            file -> {
              read.add(file);
              return PHOTO;
            });
    assertThat(judged.locateAll(files))
        .extracting(Location::latLng)
        .containsExactly(new LatLng(11, 20), new LatLng(11, 20));
    assertThat(read).isEqualTo(files);
    List<PhotoOutcome> outcomes = new ArrayList<>();
    judged.locateEach(files, outcomes::add);
    assertThat(outcomes)
        .extracting(outcome -> ((PhotoOutcome.Located) outcome).location().latLng())
        .containsExactly(new LatLng(11, 20), new LatLng(11, 20));
  }

  @Test
  void closesTheLocalizer() {
    Fixed fixed = new Fixed();
    new JudgedLocalizer(fixed, (photo, guesses) -> Optional.empty(), file -> PHOTO).close();
    assertThat(fixed.closed).isTrue();
  }
}
