package io.github.geofix.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.geofix.core.Candidate;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.calibration.Calibration.ScoredPhoto;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.Linear;
import io.github.geofix.models.train.Examples.Batch;
import io.github.geofix.models.train.Examples.Example;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ModelOwnerTest {

  @Test
  void closesTheModelOnceAndRefusesLaterCalls() {
    FakeModel model = new FakeModel();
    Localizer owned = ModelOwner.own(Localizer.class, model, 0, model::localizer);
    assertThat(owned.locate(Path.of("a"))).isEqualTo(FakeModel.NOWHERE);
    owned.close();
    owned.close();
    assertThat(model.closings).hasValue(1);
    assertThatThrownBy(() -> owned.locate(Path.of("a")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the localizer is closed");
  }

  @Test
  void closesTheModelThatHasNoSuchPart() {
    FakeModel model = new FakeModel();
    assertThatThrownBy(
            () ->
                ModelOwner.own(
                    Localizer.class,
                    model,
                    0,
                    () -> {
                      throw new IllegalStateException("it reads vectors");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("it reads vectors");
    assertThat(model.closings).hasValue(1);
  }

  @Test
  void waitsForCallsInProgress() throws InterruptedException {
    FakeModel model = new FakeModel();
    Localizer owned = ModelOwner.own(Localizer.class, model, 0, model::localizer);
    model.goOn = new CountDownLatch(1);
    Thread caller = new Thread(() -> owned.locate(Path.of("slow")));
    caller.start();
    model.inCall.await();
    Thread closer = new Thread(owned::close);
    closer.start();
    while (closer.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    assertThat(model.closings).hasValue(0);
    model.goOn.countDown();
    caller.join();
    closer.join();
    assertThat(model.closings).hasValue(1);
  }

  @Test
  void throwsWhatThePartThrows() {
    FakeModel model = new FakeModel();
    Localizer owned = ModelOwner.own(Localizer.class, model, 0, model::localizer);
    assertThatThrownBy(() -> owned.locateImages(List.of()))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("cut short");
    assertThat(List.of(model.localizer(), owned).indexOf(owned)).isEqualTo(1);
    owned.close();
  }

  @Test
  @SuppressWarnings("NullAway")
  void refusesNullWithOneClearException() {
    FakeModel model = new FakeModel();
    try (Localizer owned = ModelOwner.own(Localizer.class, model, 0, model::localizer)) {
      assertThatThrownBy(() -> owned.locate((Path) null))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("locate needs a value: an argument is null, or a list holds null");
      assertThatThrownBy(() -> owned.locateAll(Arrays.asList(Path.of("a"), null)))
          .isInstanceOf(NullPointerException.class)
          .hasMessageStartingWith("locateAll needs a value");
    }
  }

  private static final class FakeModel extends GeoModel {
    static final Location NOWHERE =
        new Location(new LatLng(0, 0), List.of(Candidate.of(Tile.parse("0/0/0"), 1)));

    private final AtomicInteger closings = new AtomicInteger();
    private final CountDownLatch inCall = new CountDownLatch(1);
    private volatile CountDownLatch goOn = new CountDownLatch(0);

    FakeModel() {
      super("fake", new Linear(1, 1), AnswerOptions.defaults());
    }

    @Override
    public Record config() {
      return answerOptions();
    }

    @Override
    public Localizer localizer() {
      return new Localizer() {
        @Override
        public List<Location> locateAll(List<Path> photos) {
          inCall.countDown();
          try {
            goOn.await();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          return List.of(NOWHERE);
        }

        @Override
        public List<Location> locateImages(List<BufferedImage> photos) {
          throw new UncheckedIOException("cut short", new IOException());
        }

        @Override
        public void close() {
          throw new AssertionError("the model is to be closed");
        }
      };
    }

    @Override
    protected Function<PhotoSource.LabeledPhoto, ScoredPhoto> scorer() {
      throw new AssertionError();
    }

    @Override
    public List<Shape> inputShapes() {
      return List.of();
    }

    @Override
    public Example example(BufferedImage photo, LatLng latLng, SplittableRandom random) {
      throw new AssertionError();
    }

    @Override
    public NDArray loss(Forward f, Batch batch) {
      throw new AssertionError();
    }

    @Override
    protected void closeExtras() {
      closings.incrementAndGet();
    }
  }
}
