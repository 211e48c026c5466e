package io.github.geofix.bench;

import io.github.geofix.core.Localizer;
import io.github.geofix.serve.LocateServer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The same photo located by many callers at once, by direct calls or over HTTP, with client and
 * server in one process: {@code ServeTable MODEL PHOTO direct|http REQUESTS CALLERS}. Prints a row
 * of a CSV table. Each kind is run in a process of its own, so that peaks of memory compare.
 */
final class ServeTable {
  private ServeTable() {}

  private interface Call {
    /** Locates the photo; false if that fails. */
    boolean run() throws IOException, InterruptedException;
  }

  public static void main(String[] args) throws Exception {
    Path model = Path.of(args[0]);
    byte[] photo = Files.readAllBytes(Path.of(args[1]));
    int requests = Integer.parseInt(args[3]);
    int callers = Integer.parseInt(args[4]);
    try (Localizer localizer = Localizer.load(model)) {
      if (args[2].equals("direct")) {
        measure("direct", requests, callers, () -> localizer.locate(photo).score() >= 0);
      } else {
        overHttp(localizer, photo, requests, callers);
      }
    }
  }

  private static void overHttp(Localizer localizer, byte[] photo, int requests, int callers)
      throws Exception {
    LocateServer.Options options =
        LocateServer.Options.defaults()
            .withPort(0)
            .withLimits(LocateServer.Limits.defaults().withPerMinute(0));
    try (LocateServer server =
        LocateServer.start(List.of(LocateServer.Model.of("model", localizer)), options)) {
      HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
      HttpRequest request =
          HttpRequest.newBuilder(server.uri().resolve("/locate"))
              .header("Content-Type", "application/octet-stream")
              .POST(BodyPublishers.ofByteArray(photo))
              .build();
      measure(
          "http",
          requests,
          callers,
          () -> client.send(request, BodyHandlers.ofByteArray()).statusCode() == 200);
    }
  }

  private static void measure(String kind, int requests, int callers, Call call) throws Exception {
    for (int i = 0; i < callers; i++) {
      call.run();
    }
    double[] millis = new double[requests];
    AtomicInteger next = new AtomicInteger();
    AtomicInteger errors = new AtomicInteger();
    ExecutorService pool = Executors.newFixedThreadPool(callers);
    long start = System.nanoTime();
    for (int i = 0; i < callers; i++) {
      pool.execute(
          () -> {
            for (int n = next.getAndIncrement(); n < requests; n = next.getAndIncrement()) {
              long begun = System.nanoTime();
              if (!isAnswered(call)) {
                errors.incrementAndGet();
              }
              millis[n] = (System.nanoTime() - begun) / 1e6;
            }
          });
    }
    pool.shutdown();
    if (!pool.awaitTermination(1, TimeUnit.HOURS)) {
      throw new IllegalStateException("not done within an hour");
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    Arrays.sort(millis);
    System.out.println("kind,requests,callers,errors,perSecond,p50Ms,p99Ms,cpuSeconds,peakMiB");
    System.out.printf(
        Locale.ROOT,
        "%s,%d,%d,%d,%.1f,%.1f,%.1f,%.1f,%.0f%n",
        kind,
        requests,
        callers,
        errors.get(),
        requests / seconds,
        millis[requests / 2],
        millis[requests * 99 / 100],
        OwnProcess.cpuSeconds(),
        OwnProcess.peakResidentMiB());
  }

  private static boolean isAnswered(Call call) {
    try {
      return call.run();
    } catch (IOException | InterruptedException e) {
      return false;
    }
  }
}
