package io.github.geofix.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.Location;
import io.github.geofix.core.Photo;
import io.github.geofix.models.image.Photos;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an application asks of a localizer that it loaded from a folder. */
final class LoadedLocalizerTest {
  private static final Path FOLDERS = Path.of("src/test/resources/folders");

  /** The kept folders name a backbone of the tests. */
  private static final LoadOptions OPTIONS = LoadOptions.defaults().withAllowCode(true);

  @TempDir private Path temp;

  private static Localizer embed(LoadOptions options) {
    return Localizer.load(FOLDERS.resolve("embed"), options);
  }

  private Path photo(long seed) throws IOException {
    Path file = temp.resolve(seed + ".png");
    ImageIO.write(Samples.noise(40, 36, seed), "png", file.toFile());
    return file;
  }

  @ParameterizedTest
  @ValueSource(strings = {"embed", "token"})
  void bytesStreamsAndImagesAreLocatedAsFilesAre(String method) throws IOException {
    Path file = photo(1);
    byte[] bytes = Files.readAllBytes(file);
    AtomicBoolean closed = new AtomicBoolean();
    InputStream stream =
        new ByteArrayInputStream(bytes) {
          @Override
          public void close() {
            closed.set(true);
          }
        };
    try (Localizer localizer = Localizer.load(FOLDERS.resolve(method), OPTIONS)) {
      localizer.warmUp();
      Location expected = localizer.locate(file);
      assertThat(localizer.locate(bytes)).isEqualTo(expected);
      assertThat(localizer.locate(stream)).isEqualTo(expected);
      assertThat(localizer.locate(Photos.read(file))).isEqualTo(expected);
    }
    assertThat(closed).as("the stream is the caller's").isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"embed", "token"})
  void givesAVectorOfAPhoto(String method) throws IOException {
    Path file = photo(1);
    try (Localizer localizer = Localizer.load(FOLDERS.resolve(method), OPTIONS)) {
      float[] vector = localizer.vector(Photo.of(file)).orElseThrow();
      assertThat(vector).hasSizeGreaterThan(3);
      assertThat(localizer.vector(Photo.of(Photos.read(file))).orElseThrow())
          .containsExactly(vector);
      assertThat(localizer.vector(Photo.of(photo(2))).orElseThrow()).isNotEqualTo(vector);
    }
  }

  @Test
  void namesWhatCannotBeRead() {
    byte[] junk = new byte[100];
    try (Localizer localizer = embed(OPTIONS)) {
      assertThatThrownBy(() -> localizer.locate(junk))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageStartingWith("cannot read photo of 100 bytes: not a JPEG, PNG, WebP");
      assertThatThrownBy(() -> localizer.locate(new ByteArrayInputStream(junk)))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageStartingWith("cannot read photo from a stream: not a JPEG, PNG, WebP");
      assertThatThrownBy(() -> localizer.locate(new byte[0]))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessage("cannot read photo of 0 bytes: the file is empty");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"embed", "token"})
  void limitsOfLoadingHoldForEveryPhoto(String method) throws IOException {
    Path file = photo(1);
    byte[] bytes = Files.readAllBytes(file);
    Photo.Limits limits = Photo.Limits.server().withMaxPixels(40 * 36 - 1);
    try (Localizer localizer =
        Localizer.load(FOLDERS.resolve(method), OPTIONS.withPhotoLimits(limits))) {
      assertThat(localizer.photoLimits()).isEqualTo(limits);
      String tooLarge = "40 x 36 pixels, more than the 1439 allowed";
      assertThatThrownBy(() -> localizer.locate(file)).hasMessageContaining(tooLarge);
      assertThatThrownBy(() -> localizer.locate(bytes)).hasMessageContaining(tooLarge);
      assertThatThrownBy(() -> localizer.locate(new ByteArrayInputStream(bytes)))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining(tooLarge);
      List<PhotoOutcome> outcomes = new ArrayList<>();
      localizer.locateEach(List.of(file), outcomes::add);
      assertThat(outcomes.get(0)).isInstanceOf(PhotoOutcome.Failed.class);
    }
  }

  @Test
  void manyCallersGetTheAnswersOfOne() throws Exception {
    List<Path> photos = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      photos.add(photo(i));
    }
    ExecutorService callers = Executors.newFixedThreadPool(16);
    try (Localizer localizer = embed(OPTIONS.withComputeThreads(1))) {
      List<Location> expected = photos.stream().map(localizer::locate).toList();
      List<Future<Location>> answers = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        Path photo = photos.get(i % photos.size());
        answers.add(callers.submit(() -> localizer.locate(photo)));
      }
      for (int i = 0; i < answers.size(); i++) {
        assertThat(answer(answers.get(i))).isEqualTo(expected.get(i % photos.size()));
      }
    } finally {
      callers.shutdown();
    }
  }

  private static Location answer(Future<Location> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 1025})
  void refusesANumberOfThreadsThatIsNone(int count) {
    assertThatThrownBy(() -> LoadOptions.defaults().withComputeThreads(count))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith(": " + count);
  }
}
