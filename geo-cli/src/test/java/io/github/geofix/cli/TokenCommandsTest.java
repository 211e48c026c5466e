package io.github.geofix.cli;

import static io.github.geofix.cli.Result.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import io.github.geofix.core.Manifest;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.core.partition.CellTokenizer;
import io.github.geofix.models.embed.EmbedConfig;
import io.github.geofix.models.embed.EmbedModel;
import io.github.geofix.models.io.ModelCard;
import io.github.geofix.models.token.TokenConfig;
import io.github.geofix.models.token.TokenModel;
import io.github.geofix.models.token.TokenNetwork;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands offer for token models: decoding, selection, judges, rewards and vectors. */
final class TokenCommandsTest {
  private static final int PHOTOS = 4;
  private static final int VECTORS = 2;
  private static final int DIMENSION = 4;

  @TempDir private Path folder;

  private String model;
  private String list;

  @BeforeEach
  void write() throws IOException {
    model = folder.resolve("token").toString();
    try (TokenModel token = TokenModel.create(TokenConfig.tiny(), 1)) {
      token.save(Path.of(model), ModelCard.untrained("a test", 1));
    }
    Random random = new Random(5);
    StringBuilder csv = new StringBuilder("image,latitude,longitude\n");
    for (int i = 0; i < PHOTOS; i++) {
      BufferedImage photo = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < 32 * 32; p++) {
        photo.setRGB(p % 32, p / 32, random.nextInt());
      }
      ImageIO.write(photo, "png", folder.resolve(i + ".png").toFile());
      csv.append(i).append(".png,").append(10 * i).append(",").append(20 * i).append("\n");
    }
    list = folder.resolve("photos.csv").toString();
    Files.writeString(Path.of(list), csv);
  }

  private String photo(int index) {
    return folder.resolve(index + ".png").toString();
  }

  private JsonObject located(String... more) {
    String[] all = new String[more.length + 6];
    System.arraycopy(
        new String[] {"locate", "--format", "json", "--model", model, photo(0)}, 0, all, 0, 6);
    System.arraycopy(more, 0, all, 6, more.length);
    Result result = run(all);
    assertThat(result.code()).as(result.err()).isZero();
    return JsonParser.parseString(result.out()).getAsJsonArray().get(0).getAsJsonObject();
  }

  @Test
  void answersInAnotherWayThanTheModelWasSaved() {
    JsonObject saved = located();
    JsonObject best = located("--set", "selection=most-probable", "--set", "answer.meanKm=0");
    JsonObject first = best.getAsJsonArray("candidates").get(0).getAsJsonObject();
    assertThat(best.get("latitude")).isEqualTo(first.get("latitude"));
    assertThat(best.get("latitude")).isNotEqualTo(saved.get("latitude"));
    for (String type : new String[] {"sampling", "diverseBeamSearch", "beamSearch"}) {
      JsonArray candidates =
          located("--top", "3", "--set", "decoding.type=" + type, "--set", "answer.candidates=3")
              .getAsJsonArray("candidates");
      assertThat(candidates).hasSize(3);
    }
  }

  @Test
  void theClosestCandidateIsAtLeastAsGoodAsTheAnswer() throws IOException {
    Path plain = folder.resolve("plain.json");
    Path closest = folder.resolve("closest.json");
    String[] command = {
      "evaluate",
      "--model",
      model,
      "--data",
      list,
      "--set",
      "answer.candidates=60",
      "--set",
      "answer.meanKm=0",
      "--json",
      plain.toString()
    };
    assertThat(run(command).code()).isZero();
    String[] best = Arrays.copyOf(command, command.length + 1);
    best[command.length - 1] = closest.toString();
    best[command.length] = "--closest-candidate";
    assertThat(run(best).code()).isZero();
    assertThat(medianKm(closest)).isLessThan(medianKm(plain));
  }

  private static double medianKm(Path report) throws IOException {
    return JsonParser.parseString(Files.readString(report))
        .getAsJsonObject()
        .get("medianKm")
        .getAsDouble();
  }

  @Test
  void refusesToChangeTheNetwork() {
    Result result = run("locate", "--model", model, photo(0), "--set", "transformer.heads=2");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .contains("transformer.heads is not a setting of how token answers")
        .contains("answer, decoding, selection");
  }

  @Test
  void aJudgeChoosesAndIsCounted() throws IOException {
    AtomicInteger questions = new AtomicInteger();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v1/chat/completions",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          questions.incrementAndGet();
          byte[] reply =
              "{\"choices\":[{\"message\":{\"content\":\"```json\\n{\\\"choice\\\": 3}\\n```\"}}]}"
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, reply.length);
          exchange.getResponseBody().write(reply);
          exchange.close();
        });
    server.start();
    try {
      String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
      Result result =
          run(
              "locate",
              "--format",
              "csv",
              "--model",
              model,
              photo(0),
              photo(1),
              "--set",
              "decoding.type=sampling",
              "--set",
              "answer.candidates=31",
              "--judge-url",
              url,
              "--judge-model",
              "m");
      assertThat(result.code()).as(result.err()).isZero();
      assertThat(questions).hasValue(2);
      assertThat(result.err()).contains("judge: 2 questions: 2 decisions");
      Result evaluated =
          run(
              "evaluate",
              "--model",
              model,
              "--data",
              list,
              "--judge-url",
              url,
              "--judge-model",
              "m");
      assertThat(evaluated.code()).as(evaluated.err()).isZero();
      assertThat(questions).hasValue(2 + PHOTOS);
      Result refused =
          run(
              "locate",
              "--model",
              model,
              photo(0),
              "--judge-url",
              url + "/nowhere",
              "--judge-model",
              "m");
      assertThat(refused.code()).isEqualTo(1);
      assertThat(refused.err()).contains("has no model m");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aRewardScorerIsTrainedAndSelects() {
    String with = folder.resolve("with").toString();
    Result trained =
        run(
            "reward",
            "--model",
            model,
            "--data",
            list,
            "--out",
            with,
            "--epochs",
            "1",
            "--batch",
            "2",
            "--hidden-size",
            "8");
    assertThat(trained.code()).as(trained.err()).isZero();
    for (String rule : new String[] {"reward", "reward-as-published"}) {
      Result result =
          run(
              "locate",
              "--model",
              with,
              photo(0),
              "--set",
              "selection=" + rule,
              "--set",
              "decoding.type=sampling",
              "--set",
              "answer.meanKm=0");
      assertThat(result.code()).as(result.err()).isZero();
    }
    Result without = run("locate", "--model", model, photo(0), "--set", "selection=reward");
    assertThat(without.code()).isEqualTo(1);
    assertThat(without.err()).contains("no reward scorer");
  }

  @Test
  void modelsOfVectorsLocateAndAreEvaluatedWithNeighbors() {
    TokenConfig tiny = TokenConfig.tiny();
    TokenConfig config =
        new TokenConfig(
            new TokenConfig.Vectors(VECTORS, DIMENSION, 3),
            CellTokenizer.Options.defaults().withLevel(4),
            new TokenNetwork.Options(16, 4, 32, 1, 1, 0),
            tiny.loss(),
            tiny.decoding(),
            tiny.selection(),
            tiny.answer());
    String untrained = folder.resolve("vectors").toString();
    try (TokenModel token = TokenModel.create(config, 1)) {
      token.save(Path.of(untrained), ModelCard.untrained("a test", 1));
    }
    float[] values = new float[PHOTOS * VECTORS * DIMENSION];
    Random random = new Random(3);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    String vectors = folder.resolve("vectors.safetensors").toString();
    Safetensors.writer()
        .floats("vectors", values, PHOTOS, VECTORS * DIMENSION)
        .write(Path.of(vectors));
    Result missing = run("evaluate", "--model", untrained, "--data", list, "--vectors", vectors);
    assertThat(missing.err()).contains("the model reads 3 neighbors: set its reference database");
    String complete = folder.resolve("complete").toString();
    Result built =
        run(
            "reference",
            "--model",
            untrained,
            "--data",
            list,
            "--vectors",
            vectors,
            "--out",
            complete);
    assertThat(built.code()).as(built.err()).isZero();
    Result evaluated =
        run(
            "evaluate",
            "--model",
            complete,
            "--data",
            list,
            "--vectors",
            vectors,
            "--set",
            "selection=near-neighbors");
    assertThat(evaluated.code()).as(evaluated.err()).isZero();
    Result wrong = run("locate", "--model", complete, photo(0), "--vectors", vectors);
    assertThat(wrong.err()).contains("4 rows of 8 values: needed are 1 rows");
    Result pixels = run("locate", "--model", model, photo(0), "--vectors", vectors);
    assertThat(pixels.err()).contains("--vectors is for token models that read vectors");
    Result none = run("locate", "--model", complete, photo(0));
    assertThat(none.code()).isEqualTo(1);
    assertThat(none.err()).contains("reads vectors");
  }

  @Test
  void decodingAndSelectionHaveOptionsOfTheirOwn() {
    JsonObject long1 =
        located(
            "--set",
            "decoding.type=sampling",
            "--set",
            "decoding.samples=9",
            "--set",
            "decoding.temperature=0.8",
            "--set",
            "selection=medoid");
    assertThat(
            located(
                "--decode",
                "sampling",
                "--samples",
                "9",
                "--temperature",
                "0.8",
                "--select",
                "medoid"))
        .isEqualTo(long1);
    assertThat(located("--decode", "greedy", "--select", "most-probable"))
        .isEqualTo(
            located(
                "--set",
                "decoding.type=beamSearch",
                "--set",
                "decoding.beamWidth=1",
                "--set",
                "selection=most-probable"));
    assertThat(run("locate", "--model", model, photo(0), "--samples", "3").err())
        .contains("--samples goes with --decode sampling");
    assertThat(run("locate", "--model", model, photo(0), "--select", "judge").err())
        .contains("--select judge needs --judge-url and --judge-model");
    assertThat(run("locate", "--model", model, photo(0), "--select", "best").code()).isNotZero();
  }

  private static String done(String... command) {
    Result result = run(command);
    assertThat(result.code()).as(result.err()).isZero();
    return result.out();
  }

  private String in(String name) {
    return folder.resolve(name).toString();
  }

  /** GeoToken's order: vectors, neighbors, training, and then photos alone. */
  @Test
  void learnsFromVectorsOfAnEncoderAndThenLocatesPhotos() throws IOException {
    try (EmbedModel embed =
        EmbedModel.create(EmbedConfig.tiny(), Manifest.readCsv(Path.of(list)).locations(), 1)) {
      embed.save(folder.resolve("encoder"), ModelCard.untrained("a test", 1));
    }
    String vectors = in("vectors.safetensors");
    done("embed", "--model", in("encoder"), "--data", list, "--out", vectors, "--batch", "1");
    done(
        "embed",
        "--model",
        in("encoder"),
        "--data",
        list,
        "--out",
        in("vectors.npy"),
        "--batch",
        "3");
    try (Embeddings rows = Embeddings.open(Path.of(vectors));
        Embeddings npy = Embeddings.open(folder.resolve("vectors.npy"))) {
      assertThat(rows.size()).isEqualTo(PHOTOS);
      assertThat(rows.metadata()).containsEntry("vectors", "1").containsKey("encoder");
      float[] row = new float[rows.dimension()];
      float[] same = new float[rows.dimension()];
      rows.read(2, 1, row);
      npy.read(2, 1, same);
      assertThat(row).containsExactly(same, within(1e-5f));
    }
    String neighbors = in("neighbors.npy");
    done("neighbors", "--vectors", vectors, "--top", "2", "--out", neighbors);
    String[] train = {
      "train",
      "--method",
      "token",
      "--data",
      list,
      "--vectors",
      vectors,
      "--neighbors",
      neighbors,
      "--val",
      list,
      "--val-vectors",
      vectors,
      "--encoder",
      in("encoder"),
      "--epochs",
      "1",
      "--batch",
      "2",
      "--set",
      "transformer.decoderLayers=1",
      "--out",
      in("trained")
    };
    String table = done(train);
    assertThat(table).contains("200 km");
    assertThat(folder.resolve("trained/reference.index")).exists();
    assertThat(folder.resolve("trained/encoder/config.json")).exists();
    assertThat(folder.resolve("trained/calibration.json")).exists();
    assertThat(folder.resolve(".trained.reference.tmp")).doesNotExist();
    String plain = done("locate", "--model", in("trained"), "--format", "csv", photo(0), photo(1));
    assertThat(plain.lines()).hasSize(1 + 2 * 6);
    // The same by vectors that were computed before.
    String byVectors =
        done("evaluate", "--model", in("trained"), "--data", list, "--vectors", vectors);
    String byPhotos = done("evaluate", "--model", in("trained"), "--data", list);
    assertThat(byPhotos).isEqualTo(byVectors);
    assertThat(table).contains(byPhotos.lines().skip(2).findFirst().orElseThrow().substring(20));
    // To the bit again, from the card of the model.
    done("train", "--config", in("trained"), "--out", in("again"));
    assertThat(folder.resolve("again/weights.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("trained/weights.safetensors"));
    done(
        "reward",
        "--model",
        in("trained"),
        "--data",
        list,
        "--out",
        in("reward"),
        "--epochs",
        "1",
        "--batch",
        "2",
        "--hidden-size",
        "8");
    done(
        "reward",
        "--model",
        in("trained"),
        "--data",
        list,
        "--vectors",
        vectors,
        "--out",
        in("reward2"),
        "--epochs",
        "1",
        "--batch",
        "2",
        "--hidden-size",
        "8");
    assertThat(folder.resolve("reward/reward.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("reward2/reward.safetensors"));
    done("locate", "--model", in("reward"), photo(0), "--set", "selection=reward");
    for (String command : new String[] {"reward", "reference"}) {
      Result kept =
          run(
              command,
              "--model",
              in("trained"),
              "--data",
              list,
              "--vectors",
              vectors,
              "--out",
              in("reward"));
      assertThat(kept.code()).isEqualTo(1);
      assertThat(kept.err()).contains("reward holds a model: add --overwrite to replace it");
    }
  }

  @Test
  void saysWhichOptionsOfVectorsAreMissing() {
    String vectors = in("vectors.npy");
    try (Embeddings.Writer writer = Embeddings.Writer.create(Path.of(vectors))) {
      for (int i = 0; i < PHOTOS; i++) {
        writer.write(new float[] {i, 1, -i, 2});
      }
      writer.commit();
    }
    assertThat(
            run(
                    "train",
                    "--method",
                    "embed",
                    "--data",
                    list,
                    "--vectors",
                    vectors,
                    "--out",
                    in("m"))
                .err())
        .contains("--vectors is for token");
    assertThat(
            run(
                    "train",
                    "--method",
                    "token",
                    "--data",
                    list,
                    "--vectors",
                    vectors,
                    "--val",
                    list,
                    "--out",
                    in("m"))
                .err())
        .contains("--val and --val-vectors belong together");
    assertThat(
            run(
                    "train",
                    "--method",
                    "token",
                    "--data",
                    list,
                    "--vectors",
                    vectors,
                    "--set",
                    "input.neighbors=3",
                    "--out",
                    in("m"))
                .err())
        .contains("search them by geofix neighbors");
    assertThat(run("neighbors", "--vectors", vectors, "--per-photo", "3", "--out", in("n")).err())
        .contains("rows of 4 numbers are not 3 vectors");
    assertThat(run("embed", "--model", model, "--data", list, "--out", in("x.npy")).err())
        .contains("token gives no vectors of photos");
    assertThat(
            run(
                    "embed",
                    "--backbone",
                    "resnet",
                    "--weights",
                    "w",
                    "--data",
                    list,
                    "--out",
                    in("x.npy"))
                .err())
        .contains("no backbone resnet; there are");
  }
}
