package io.github.geofix.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A localizer of each family asked by 16 threads, every 50th photo broken, and by many threads that
 * live for a few questions: answers as alone, memory flat, nothing left. Short in the build; {@code
 * -Dgeofix.soak.seconds=600 -Dgeofix.soak.threads=10000} makes it long.
 */
@EnabledOnOs(OS.LINUX)
final class LocalizerSoakTest {
  private static final int SECONDS = Integer.getInteger("geofix.soak.seconds", 2);
  private static final int SHORT_LIVED = Integer.getInteger("geofix.soak.threads", 160);
  private static final int THREADS = 16;
  private static final int HOSTILE_EVERY = 50;
  private static final int PHOTOS = 24;

  /**
   * Growth of the resident memory that is no leak: caches of the engine and of malloc; in the first
   * seconds of a JVM also its heap and its compiled code.
   */
  private static final long SLACK_BYTES = (SECONDS < 60 ? 256L : 64L) << 20;

  /** Jars and classes that are read late. */
  private static final int SLACK_FILES = 8;

  private static final List<String> METHODS = List.of("embed", "recombine", "token", "zoom");
  private static final LoadOptions OPTIONS = LoadOptions.defaults().withAllowCode(true);

  @TempDir private Path temp;

  private final List<Localizer> localizers = new ArrayList<>();
  private final List<Path> photos = new ArrayList<>();
  private final List<Path> hostile = new ArrayList<>();
  private final List<List<Location>> alone = new ArrayList<>();
  private final AtomicLong answers = new AtomicLong();
  private final AtomicLong refusals = new AtomicLong();

  @Test
  void answersAsAloneAndKeepsNothing() throws Exception {
    writePhotos();
    for (String method : METHODS) {
      localizers.add(Localizer.load(Path.of("src/test/resources/folders", method), OPTIONS));
    }
    for (Localizer localizer : localizers) {
      alone.add(photos.stream().map(localizer::locate).toList());
    }
    run(SECONDS / 5.0);
    long threads = Thread.getAllStackTraces().size();
    long files = openFiles();
    run(SECONDS * 0.4);
    long memory = memory();
    run(SECONDS * 0.4);
    long grown = memory() - memory;
    System.out.printf(
        "%d answers, %d refusals, %d MB, %+d MB; %d threads, %d after; %d files, %d after%n",
        answers.get(),
        refusals.get(),
        memory >> 20,
        grown >> 20,
        threads,
        Thread.getAllStackTraces().size(),
        files,
        openFiles());
    assertThat(grown).isLessThan(SLACK_BYTES);
    assertThat(Thread.getAllStackTraces().size()).isLessThanOrEqualTo((int) threads);
    assertThat(openFiles()).isLessThanOrEqualTo(files + SLACK_FILES);
    assertThat(refusals.get()).isPositive();

    shortLived(SHORT_LIVED / 2);
    memory = memory();
    shortLived(SHORT_LIVED / 2);
    grown = memory() - memory;
    System.out.printf(
        "%d short-lived threads: %d MB, %+d MB%n", SHORT_LIVED, memory >> 20, grown >> 20);
    assertThat(grown).isLessThan(SLACK_BYTES);
    localizers.forEach(Localizer::close);
    assertThat(openFiles()).isLessThanOrEqualTo(files + SLACK_FILES);
  }

  private void run(double seconds) throws Exception {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    List<Future<?>> all = new ArrayList<>();
    for (int thread = 0; thread < THREADS; thread++) {
      int seed = thread;
      all.add(
          pool.submit(
              () -> {
                Random random = new Random(seed);
                for (int i = seed; System.nanoTime() < end; i++) {
                  ask(i, random);
                }
              }));
    }
    pool.shutdown();
    for (Future<?> one : all) {
      one.get();
    }
    assertThat(pool.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
  }

  private void shortLived(int count) throws Exception {
    for (int started = 0; started < count; started += THREADS) {
      List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        int seed = started + i;
        Thread thread = new Thread(() -> ask(seed, new Random(seed)));
        thread.setUncaughtExceptionHandler((t, e) -> failures.add(e));
        threads.add(thread);
        thread.start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(failures).isEmpty();
    }
  }

  private void ask(int i, Random random) {
    int which = random.nextInt(localizers.size());
    Localizer localizer = localizers.get(which);
    if (i % HOSTILE_EVERY == 0) {
      Path photo = hostile.get(random.nextInt(hostile.size()));
      try {
        localizer.locate(photo);
        throw new AssertionError("an answer for " + photo);
      } catch (UncheckedIOException e) {
        refusals.incrementAndGet();
      }
      return;
    }
    int photo = random.nextInt(PHOTOS);
    Location answer = localizer.locate(photos.get(photo));
    if (!answer.equals(alone.get(which).get(photo))) {
      throw new AssertionError(
          METHODS.get(which) + ": " + answer + ", alone " + alone.get(which).get(photo));
    }
    answers.incrementAndGet();
  }

  private void writePhotos() throws IOException {
    for (int i = 0; i < PHOTOS; i++) {
      Path file = temp.resolve(i + (i % 2 == 0 ? ".png" : ".jpg"));
      ImageIO.write(Samples.noise(40, 36, i), i % 2 == 0 ? "png" : "jpg", file.toFile());
      photos.add(file);
      byte[] bytes = Files.readAllBytes(file);
      if (i < 4) {
        hostile.add(write("cut" + i, Arrays.copyOf(bytes, bytes.length / 2)));
      }
    }
    byte[] noise = new byte[1000];
    new Random(1).nextBytes(noise);
    hostile.add(write("noise.jpg", noise));
    hostile.add(write("empty.png", new byte[0]));
    hostile.add(temp.resolve("none.png"));
    hostile.add(temp);
    // A text that unpacks to 64 MB, in a file that is cut after it.
    byte[] png = Files.readAllBytes(photos.get(0));
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    bomb.write(png, 0, 33);
    bomb.write(text());
    hostile.add(write("bomb.png", bomb.toByteArray()));
  }

  private static byte[] text() throws IOException {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    data.write("zTXtComment\0\0".getBytes(StandardCharsets.ISO_8859_1));
    try (DeflaterOutputStream packed = new DeflaterOutputStream(data)) {
      for (int i = 0; i < 64; i++) {
        packed.write(new byte[1 << 20]);
      }
    }
    CRC32 crc = new CRC32();
    crc.update(data.toByteArray());
    ByteBuffer chunk = ByteBuffer.allocate(data.size() + 8);
    return chunk
        .putInt(data.size() - 4)
        .put(data.toByteArray())
        .putInt((int) crc.getValue())
        .array();
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(temp.resolve(name), bytes);
  }

  private static long openFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }

  /**
   * The resident memory of the process, once the garbage is collected: the least within two
   * seconds, because G1 gives the free heap back to the system after the collection, step by step.
   */
  private static long memory() throws Exception {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 20; i++) {
      Thread.sleep(100);
      least = Math.min(least, residentMemory());
    }
    return least;
  }

  private static long residentMemory() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }
}
