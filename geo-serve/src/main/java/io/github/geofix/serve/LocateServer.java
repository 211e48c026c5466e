package io.github.geofix.serve;

import com.sun.net.httpserver.HttpServer;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Photo;
import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.tile.TileSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An HTTP server that locates photos, with a page to try it in a browser. Photos are kept in memory
 * until they are answered, and never stored. Thread-safe; must be closed.
 *
 * <pre>{@code
 * Localizer localizer = Localizer.load(Path.of("models/embed"));
 * try (LocateServer server =
 *     LocateServer.start(List.of(LocateServer.Model.of("embed", localizer)), Options.defaults())) {
 *   System.out.println(server.uri());
 *   server.awaitClose();
 * }
 * }</pre>
 *
 * <p>Routes: {@code POST /locate}, {@code GET /models}, {@code /health}, {@code /metrics} and
 * {@code /openapi.json}, which describes the others. The server is that of the JDK, {@code
 * com.sun.net.httpserver}: it is patched with the JDK and adds no dependency; put a proxy in front
 * for TLS and HTTP/2.
 */
public final class LocateServer implements AutoCloseable {

  /** Threads beyond those that locate: for health, metrics, the page and refusals. */
  private static final int SPARE_THREADS = 8;

  private final HttpServer http;
  private final ThreadPoolExecutor threads;
  private final ThreadPoolExecutor background;
  private final Gate gate;
  private final Router router;
  private final List<Model> models;
  private final Optional<TileSource> map;
  private final Options options;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * A model that is served.
   *
   * @param name how requests choose it: letters, digits, {@code -}, {@code _} and {@code .}
   * @param localizer closed with the server
   * @param about what {@code /models} shows of it, such as its method and license
   * @param drift how the photos of its last answers are compared with those that it was calibrated
   *     on; empty if they are not
   */
  public record Model(
      String name, Localizer localizer, Map<String, String> about, Optional<Drift> drift) {

    /**
     * Copies the map.
     *
     * @throws IllegalArgumentException if the name has other characters, or more than 64
     */
    public Model {
      about = Map.copyOf(about);
      if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
        throw new IllegalArgumentException(
            "the name of a model has letters, digits, '-', '_' and '.', 64 at most: " + name);
      }
    }

    /** Returns a model with nothing to show of it. */
    public static Model of(String name, Localizer localizer) {
      return new Model(name, localizer, Map.of(), Optional.empty());
    }

    /** Returns a copy whose photos are compared with those of a rule. */
    public Model withDrift(Drift drift) {
      return new Model(name, localizer, about, Optional.of(drift));
    }
  }

  /**
   * How unlike the photos of the last 200 answers are those that a rule of the model was fitted on.
   * It stands in answers and in {@code /metrics} from 20 answers on, and is tested again after
   * every ten. Where vectors are compared as well, every fourth photo is encoded for that, and the
   * test is made after every forty answers. Tests run one at a time on a thread of the server in
   * the background: no request waits for one, and an answer has what the last one found.
   *
   * <pre>{@code
   * AnswerRule rule = AnswerRules.load(folder).rules().get(0);
   * model.withDrift(
   *     new LocateServer.Drift(
   *         rule,
   *         false,
   *         (masses, vectors) -> {
   *           Drift drift = Drift.of(rule, masses);
   *           return new LocateServer.Drift.Result(
   *               drift.distance(), drift.pValue(), OptionalDouble.empty(), drift.isAlarm());
   *         }));
   * }</pre>
   *
   * @param rule fitted by {@code geofix calibrate --within --confidence}
   * @param withVectors whether the test compares {@link Localizer#vector} of photos, too
   * @param test such as {@code Drift} of geo-eval; never called twice at a time. An exception is
   *     logged and leaves what was found before
   */
  public record Drift(AnswerRule rule, boolean withVectors, Test test) {

    /** A test of the last photos. */
    @FunctionalInterface
    public interface Test {

      /**
       * Returns what is found.
       *
       * @param masses the {@link AnswerRule#mass} of each of the last answers
       * @param vectors those of some of their photos, 20 to 100; empty before there are so many
       */
      Result apply(List<Double> masses, List<float[]> vectors);
    }

    /**
     * What a test found.
     *
     * @param distance the distance of the two distributions, such as that of Kolmogorov-Smirnov
     * @param pValue how likely a distance as great is for photos of the same kind, 0 to 1
     * @param vectorPValue as {@code pValue}, of the vectors; empty if they were not compared
     * @param alarm whether the photos are of another kind
     */
    public record Result(
        double distance, double pValue, OptionalDouble vectorPValue, boolean alarm) {}
  }

  /**
   * Limits of requests. The most memory that photos take is about {@code (running + queue) *
   * maxFileBytes + running * maxMemoryBytes}.
   *
   * @param photo limits on one photo; files of at most 1 GiB
   * @param running the photos that are decoded and located at a time
   * @param queue the photos that wait for that; more are refused with status 503
   * @param perMinute the photos of one client address a minute, of which all may come at once; 0
   *     for any number
   * @param maxWait the longest wait in the queue
   */
  public record Limits(
      Photo.Limits photo, int running, int queue, int perMinute, Duration maxWait) {
    private static final long MOST_BYTES = 1 << 30;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public Limits {
      check(photo.maxFileBytes() <= MOST_BYTES, "maxFileBytes must be at most 1 GiB", photo);
      check(running >= 1 && running <= 1024, "running must be 1 to 1024", running);
      check(queue >= 0 && queue <= 4096, "queue must be 0 to 4096", queue);
      check(perMinute >= 0, "perMinute must be 0 or more", perMinute);
      check(!maxWait.isNegative(), "maxWait must not be negative", maxWait);
    }

    private static void check(boolean isGood, String rule, Object value) {
      if (!isGood) {
        throw new IllegalArgumentException(rule + ": " + value);
      }
    }

    /**
     * Returns {@link Photo.Limits#server}, as many photos at a time as processors, 32 waiting for
     * at most 30 s, and 600 a minute of one address.
     */
    public static Limits defaults() {
      return new Limits(
          Photo.Limits.server(),
          Runtime.getRuntime().availableProcessors(),
          32,
          600,
          Duration.ofSeconds(30));
    }

    /** Returns a copy with other limits on one photo. */
    public Limits withPhoto(Photo.Limits photo) {
      return new Limits(photo, running, queue, perMinute, maxWait);
    }

    /** Returns a copy with another number of waiting photos. */
    public Limits withQueue(int queue) {
      return new Limits(photo, running, queue, perMinute, maxWait);
    }

    /** Returns a copy with another number of photos a minute; 0 for any. */
    public Limits withPerMinute(int perMinute) {
      return new Limits(photo, running, queue, perMinute, maxWait);
    }
  }

  /**
   * Options of a server.
   *
   * @param address where it listens; port 0 for any free one
   * @param token what clients send as {@code Authorization: Bearer}; needed where the address is
   *     not a loopback address
   * @param limits limits of requests
   * @param map imagery for the map of the page, closed with the server; empty for outlines of
   *     countries
   * @param grace how long {@link LocateServer#close} waits for photos in progress
   */
  public record Options(
      InetSocketAddress address,
      Optional<String> token,
      Limits limits,
      Optional<TileSource> map,
      Duration grace) {
    private static final int LEAST_TOKEN = 16;

    /**
     * Checks that others than this machine need a token.
     *
     * @throws IllegalArgumentException if a token is needed and missing, or shorter than 16
     *     characters
     */
    public Options {
      if (token.isPresent() && token.get().strip().length() < LEAST_TOKEN) {
        throw new IllegalArgumentException(
            "the token must have " + LEAST_TOKEN + " characters or more");
      }
      if (address.isUnresolved()) {
        throw new IllegalArgumentException("no such host: " + address.getHostString());
      }
      if (token.isEmpty() && !address.getAddress().isLoopbackAddress()) {
        throw new IllegalArgumentException(
            "listening on "
                + address.getHostString()
                + " lets other machines in: a token is needed, or the address 127.0.0.1");
      }
    }

    /** Returns port 8080 of this machine alone, without a token, with {@link Limits#defaults}. */
    public static Options defaults() {
      return new Options(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 8080),
          Optional.empty(),
          Limits.defaults(),
          Optional.empty(),
          Duration.ofSeconds(10));
    }

    /** Returns a copy with another port of the same address. */
    public Options withPort(int port) {
      return new Options(
          new InetSocketAddress(address.getAddress(), port), token, limits, map, grace);
    }

    /** Returns a copy with another address and the token that clients need there. */
    public Options withAddress(InetSocketAddress address, String token) {
      return new Options(address, Optional.of(token), limits, map, grace);
    }

    /** Returns a copy with other limits. */
    public Options withLimits(Limits limits) {
      return new Options(address, token, limits, map, grace);
    }

    /** Returns a copy with imagery for the map of the page. */
    public Options withMap(TileSource map) {
      return new Options(address, token, limits, Optional.of(map), grace);
    }
  }

  private LocateServer(
      HttpServer http,
      ThreadPoolExecutor threads,
      ThreadPoolExecutor background,
      Gate gate,
      Router router,
      List<Model> models,
      Options options) {
    this.http = http;
    this.threads = threads;
    this.background = background;
    this.gate = gate;
    this.router = router;
    this.models = models;
    this.map = options.map();
    this.options = options;
  }

  /**
   * Starts a server.
   *
   * @param models those served, the first by default; owned by the server from now on
   * @throws IllegalArgumentException if there is no model, or two have one name
   * @throws UncheckedIOException if the address cannot be listened on; the models stay open
   */
  public static LocateServer start(List<Model> models, Options options) {
    if (models.isEmpty() || models.stream().map(Model::name).distinct().count() < models.size()) {
      throw new IllegalArgumentException("one model or more is needed, each with its own name");
    }
    setUpJdkServer();
    Limits limits = options.limits();
    HttpServer http;
    try {
      http = HttpServer.create(options.address(), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot listen on " + options.address() + ": " + e.getMessage(), e);
    }
    Gate gate = new Gate(limits);
    ServerMetrics metrics = new ServerMetrics(gate);
    ThreadPoolExecutor threads =
        threads("geofix-serve", limits.running() + limits.queue() + SPARE_THREADS);
    ThreadPoolExecutor background = threads("geofix-drift", 1);
    // A photo that outlasts the time of grace may still ask for a test.
    background.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    List<Model> measured =
        models.stream()
            .map(
                m ->
                    new Model(
                        m.name(), metrics.measured(m.name(), m.localizer()), m.about(), m.drift()))
            .toList();
    Map<String, DriftWindow> windows = new HashMap<>();
    for (Model model : models) {
      model.drift().ifPresent(d -> windows.put(model.name(), new DriftWindow(d, background)));
    }
    windows.forEach(metrics::watch);
    Guard guard = new Guard(options, http.getAddress().getPort());
    Router router = new Router(guard, metrics);
    router.add("POST", "/locate", new LocateHandler(measured, limits, gate, windows));
    router.add("GET", "/models", request -> Reply.json(200, Models.tree(measured)));
    router.add("GET", "/health", request -> Health.reply(gate));
    router.add("GET", "/metrics", request -> metrics.reply());
    router.add("GET", "/openapi.json", Assets.one("openapi.json"));
    router.add("GET", "/map.json", request -> MapTiles.description(options.map()));
    options.map().ifPresent(map -> router.addBelow("GET", "/tiles/", new MapTiles(map)));
    router.add("GET", "/", Assets.one("page/index.html"));
    router.addBelow("GET", "/page/", Assets.below("page/"));
    http.createContext("/", router);
    http.setExecutor(threads);
    http.start();
    return new LocateServer(http, threads, background, gate, router, measured, options);
  }

  /**
   * What the JDK's server reads once: without limits a client that sends nothing keeps a thread.
   */
  private static void setUpJdkServer() {
    Map.of(
            "sun.net.httpserver.maxReqTime", "60",
            "sun.net.httpserver.maxRspTime", "60",
            "sun.net.httpserver.maxReqHeaders", "64",
            "jdk.httpserver.maxConnections", "1024",
            "sun.net.httpserver.nodelay", "true")
        .forEach(
            (name, value) -> {
              if (System.getProperty(name) == null) {
                System.setProperty(name, value);
              }
            });
  }

  private static ThreadPoolExecutor threads(String name, int count) {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            count,
            count,
            60,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /** Returns the address of the page. */
  public URI uri() {
    InetSocketAddress address = http.getAddress();
    String host = address.getAddress().getHostAddress();
    return URI.create(
        "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort() + "/");
  }

  /** Waits until the server is closed by another thread. */
  public void awaitClose() throws InterruptedException {
    gate.awaitClosed();
  }

  /**
   * Refuses new photos, waits for those in progress for the time of {@link Options#grace}, stops,
   * and closes the models and the map. Later calls do nothing.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    gate.close(options.grace(), router::isReplying);
    http.stop(0);
    threads.shutdown();
    endTests();
    models.forEach(model -> model.localizer().close());
    map.ifPresent(TileSource::close);
    gate.closed();
  }

  /** Drops the tests that wait and waits for the one that runs, which reads no model. */
  private void endTests() {
    background.shutdownNow();
    try {
      if (!background.awaitTermination(options.grace().toNanos(), TimeUnit.NANOSECONDS)) {
        System.getLogger(LocateServer.class.getName())
            .log(
                System.Logger.Level.WARNING,
                "a test of drift still runs after {0}",
                options.grace());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
