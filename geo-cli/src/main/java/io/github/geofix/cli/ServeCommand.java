package io.github.geofix.cli;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Photo;
import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.abstention.AnswerRules;
import io.github.geofix.core.abstention.CalibrationVectors;
import io.github.geofix.core.tile.TileSource;
import io.github.geofix.eval.Drift;
import io.github.geofix.models.Family;
import io.github.geofix.models.calibration.Calibration;
import io.github.geofix.models.io.ModelCard;
import io.github.geofix.models.io.ModelFolder;
import io.github.geofix.serve.LocateServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code geofix serve}. */
@Command(
    name = "serve",
    description = {
      "Serves models over HTTP, with a page to try them in a browser, until it is stopped by"
          + " Ctrl-C. No photo is stored.",
      "Only this machine is served, unless --host names another of its addresses: that needs a"
          + " token of 16 characters or more in --token-file or GEOFIX_SERVE_TOKEN."
    },
    footer = {
      "",
      "Examples:",
      "  geofix serve --model models/embed",
      "  geofix serve --model a=runs/a/model --model b=runs/b/model --map tiles.mbtiles",
      "  curl -H 'Content-Type: image/jpeg' --data-binary @photo.jpg http://127.0.0.1:8080/locate"
    },
    mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
  private static final String TOKEN = "GEOFIX_SERVE_TOKEN";
  private static final int MOST_TOKEN = 4096;
  private static final long MILLION = 1_000_000L;

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "[NAME=]DIR",
      description = "Model folder; may be given several times. The first is the default.")
  private List<String> models;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "A file with the token that clients send, such as a mounted secret; it goes before"
              + " GEOFIX_SERVE_TOKEN.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      paramLabel = "ADDRESS",
      description = "Where to listen (default: ${DEFAULT-VALUE}).")
  private String host;

  @Option(
      names = "--port",
      defaultValue = "8080",
      paramLabel = "N",
      description = "Port; 0 for any free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--map",
      paramLabel = "SOURCE",
      description =
          "Imagery for the map of the page, as --tiles of other commands (default: outlines of"
              + " countries).")
  private @Nullable String map;

  @Option(
      names = "--tile-cache",
      defaultValue = "tile-cache",
      paramLabel = "DIR",
      description =
          "Where the tiles of a --map from a server are kept (default: ${DEFAULT-VALUE}).")
  private Path tileCache;

  @Option(
      names = "--max-mb",
      defaultValue = "32",
      paramLabel = "N",
      description = "Largest photo file, in MB (default: ${DEFAULT-VALUE}).")
  private int maxMegabytes;

  @Option(
      names = "--max-megapixels",
      defaultValue = "50",
      paramLabel = "N",
      description = "Largest photo, in million pixels (default: ${DEFAULT-VALUE}).")
  private int maxMegapixels;

  @Option(
      names = "--queue",
      defaultValue = "32",
      paramLabel = "N",
      description =
          "Photos that wait while others are located; more are refused (default:"
              + " ${DEFAULT-VALUE}).")
  private int queue;

  @Option(
      names = "--per-minute",
      defaultValue = "600",
      paramLabel = "N",
      description = "Photos of one client a minute; 0 for any number (default: ${DEFAULT-VALUE}).")
  private int perMinute;

  @Option(
      names = "--threads",
      defaultValue = "0",
      paramLabel = "N",
      description =
          "Threads that run each model; 0 shares those that keep all cores busy (default:"
              + " ${DEFAULT-VALUE}).")
  private int threads;

  @Mixin private final CodeOption code = new CodeOption();

  @Mixin private final ComputeOptions compute = new ComputeOptions();

  @Override
  public Integer call() {
    LocateServer.Options options = options();
    PrintWriter err = spec.commandLine().getErr();
    List<LocateServer.Model> loaded = load();
    LocateServer server;
    try {
      server = LocateServer.start(loaded, options);
    } catch (RuntimeException e) {
      loaded.forEach(model -> model.localizer().close());
      throw e;
    }
    // On Ctrl-C or a signal the photos in progress are answered first.
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "geofix-stop"));
    try (server) {
      err.println("serving at " + server.uri() + "; stop by Ctrl-C");
      err.flush();
      server.awaitClose();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ExitCode.OK;
  }

  private LocateServer.Options options() {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("--port must be 0 to 65535: " + port);
    }
    LocateServer.Limits limits =
        new LocateServer.Limits(
            PhotoLimitsOption.scaled(Photo.Limits.server(), maxMegapixels)
                .withMaxFileBytes(maxMegabytes * MILLION),
            Runtime.getRuntime().availableProcessors(),
            queue,
            perMinute,
            LocateServer.Limits.defaults().maxWait());
    InetSocketAddress address = new InetSocketAddress(host, port);
    Optional<String> token = token();
    if (token.isEmpty() && !address.isUnresolved() && !address.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "--host "
              + host
              + " lets other machines in: set "
              + TOKEN
              + " or the text of a --token-file to a secret of 16 characters or more, or leave"
              + " --host out");
    }
    return new LocateServer.Options(
        address,
        token,
        limits,
        Optional.ofNullable(map)
            .map(source -> TileSource.open(source, tileCache, TileSource.Options.defaults())),
        Duration.ofSeconds(10));
  }

  private Optional<String> token() {
    if (tokenFile == null) {
      return Optional.ofNullable(System.getenv(TOKEN));
    }
    try (InputStream in = Files.newInputStream(tokenFile)) {
      byte[] text = in.readNBytes(MOST_TOKEN + 1);
      if (text.length > MOST_TOKEN) {
        throw new IllegalArgumentException(
            "--token-file " + tokenFile + " has more than " + MOST_TOKEN + " bytes");
      }
      return Optional.of(new String(text, StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the token in " + tokenFile, e);
    }
  }

  private List<LocateServer.Model> load() {
    List<LocateServer.Model> loaded = new ArrayList<>();
    try {
      for (String text : models) {
        int equals = text.indexOf('=');
        Path folder = Path.of(text.substring(equals + 1));
        loaded.add(load(equals < 0 ? nameOf(folder) : text.substring(0, equals), folder));
      }
      return loaded;
    } catch (RuntimeException e) {
      loaded.forEach(model -> model.localizer().close());
      throw e;
    }
  }

  private LocateServer.Model load(String name, Path path) {
    ModelFolder folder =
        ModelFolder.open(path, compute.in(code.load()).withComputeThreads(threads));
    Localizer localizer = Family.of(folder).localizer(folder);
    try {
      localizer.warmUp();
      return new LocateServer.Model(
          name,
          localizer,
          about(folder),
          AnswerRules.load(path).rules().stream()
              .filter(rule -> rule.masses().size() > 1)
              .findFirst()
              .map(rule -> drift(rule, CalibrationVectors.load(path))));
    } catch (RuntimeException e) {
      localizer.close();
      throw e;
    }
  }

  private static LocateServer.Drift drift(
      AnswerRule rule, Optional<CalibrationVectors> calibration) {
    return new LocateServer.Drift(
        rule,
        calibration.isPresent(),
        (masses, vectors) -> {
          Drift scores = Drift.of(rule, masses);
          Drift drift =
              calibration
                  .filter(kept -> !vectors.isEmpty())
                  .map(kept -> scores.withVectors(Drift.OfVectors.of(kept, vectors)))
                  .orElse(scores);
          return new LocateServer.Drift.Result(
              drift.distance(),
              drift.pValue(),
              drift.vectors().stream().mapToDouble(Drift.OfVectors::pValue).findFirst(),
              drift.isAlarm());
        });
  }

  /** Training and the demo write models to folders named model. */
  private static String nameOf(Path folder) {
    Path full = folder.toAbsolutePath().normalize();
    Path parent = full.getParent();
    Path named = parent != null && full.endsWith("model") ? parent : full;
    return String.valueOf(named.getFileName()).replaceAll("[^A-Za-z0-9._-]", "-");
  }

  private static Map<String, String> about(ModelFolder folder) {
    ModelCard card = folder.card();
    Map<String, String> about = new LinkedHashMap<>();
    about.put("method", folder.method());
    about.put("data", card.data());
    about.put("photos", Long.toString(card.photos()));
    about.put("created", card.created());
    about.put("geofix", card.geofix());
    about.put("calibrated", Boolean.toString(!folder.calibration().equals(Calibration.NONE)));
    return about;
  }
}
