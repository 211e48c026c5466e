package io.github.geofix.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.github.geofix.core.Precision;
import io.github.geofix.models.backbone.Backbone;
import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.backbone.ClipVit;
import io.github.geofix.models.internal.backbone.ConvNeXt;
import io.github.geofix.models.internal.backbone.DinoV2;
import io.github.geofix.models.nn.Forward;
import io.github.geofix.models.nn.TorchEngine;
import io.github.geofix.train.optim.AdamW;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The encoders of photos beside the same networks in PyTorch: inference, and a training step of
 * forward, backward and AdamW. The two take turns in one run, and the medians of the turns after
 * the first are compared. Prints CSV.
 *
 * <p>Run with {@code OMP_WAIT_POLICY=PASSIVE} and {@code -Dai.djl.pytorch.num_threads} of the
 * threads named.
 */
public final class EncoderTable {
  private EncoderTable() {}

  /** Runs the program. */
  public static void main(String[] args) throws IOException {
    Arguments arguments =
        Arguments.of(
            EncoderTable.class,
            args,
            Map.of(
                "python", "python3",
                "baselines", "geo-bench/baselines",
                "threads", "2",
                "encoders", "clip-vit-l-14-336,dinov2-vit-b-14-224,convnext-t-224",
                "forward", "1,8",
                "step", "1",
                "precisions", "float32,bfloat16",
                "turns", "5"));
    System.out.println("# " + arguments.command());
    System.out.println("encoder,what,batch,precision,threads,geofixMillis,pytorchMillis,ratio");
    for (String encoder : arguments.list("encoders")) {
      for (String what : List.of("forward", "step")) {
        for (String batch : arguments.list(what)) {
          for (String precision : arguments.list("precisions")) {
            compare(arguments, List.of(encoder, what, batch, precision, arguments.text("threads")));
          }
        }
      }
    }
  }

  private static void compare(Arguments arguments, List<String> run) throws IOException {
    int turns = arguments.number("turns");
    double[] ours = new double[turns];
    double[] peers = new double[turns];
    try (NDManager manager = TorchEngine.newManager();
        Peer peer = Peer.start(arguments, run)) {
      Backbone network = encoder(run.get(0));
      network.initialize(manager, 1);
      if (peer.parameters != network.parameterCount()) {
        throw new IllegalStateException(
            "%s has %d parameters, the peer's %d"
                .formatted(run.get(0), network.parameterCount(), peer.parameters));
      }
      ImageSpec image = network.image();
      Shape shape = new Shape(Integer.parseInt(run.get(2)), 3, image.height(), image.width());
      NDArray images = manager.randomNormal(0, 1, shape, DataType.FLOAT32);
      Precision precision = Precision.valueOf(run.get(3).toUpperCase(Locale.ROOT));
      try (Run ourRun =
          run.get(1).equals("forward")
              ? new Inference(network, images, precision)
              : new TrainingStep(network, images, precision)) {
        for (int turn = -1; turn < turns; turn++) {
          long start = System.nanoTime();
          ourRun.run();
          double millis = (System.nanoTime() - start) / 1e6;
          double peerMillis = peer.millis();
          if (turn >= 0) {
            ours[turn] = millis;
            peers[turn] = peerMillis;
          }
        }
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%s,%.1f,%.1f,%.3f%n",
        String.join(",", run),
        Median.of(ours),
        Median.of(peers),
        Median.of(ours) / Median.of(peers));
  }

  private static Backbone encoder(String name) {
    return switch (name) {
      case "clip-vit-l-14-336" -> new ClipVit(ClipVit.Options.l14At336());
      case "dinov2-vit-b-14-224" -> new DinoV2(DinoV2.Options.b14().withTrainedSize(224));
      case "convnext-t-224" -> new ConvNeXt(ConvNeXt.Options.tiny());
      default -> throw new IllegalArgumentException("unknown encoder " + name);
    };
  }

  private interface Run extends AutoCloseable {
    void run();

    @Override
    default void close() {}
  }

  private record Inference(Backbone network, NDArray images, Precision precision) implements Run {
    @Override
    public void run() {
      Forward f = Forward.INFERENCE.in(precision);
      TorchEngine.noGrad(
          () -> {
            try (NDManager scope = images.getManager().newSubManager()) {
              NDArray given = images.duplicate();
              given.attach(scope);
              network.vector(f, given).toFloatArray();
            }
          });
    }
  }

  private static final class TrainingStep implements Run {
    private final Backbone network;
    private final NDArray images;
    private final Precision precision;
    private final AdamW optimizer;

    TrainingStep(Backbone network, NDArray images, Precision precision) {
      this.network = network;
      this.images = images;
      this.precision = precision;
      network.requireGradients(true);
      optimizer = AdamW.of(network, AdamW.Options.defaults().withLearningRate(1e-4));
    }

    @Override
    public void run() {
      try (NDManager scope = images.getManager().newSubManager()) {
        NDArray given = images.duplicate();
        given.attach(scope);
        try (GradientCollector collector = TorchEngine.engine().newGradientCollector()) {
          NDArray loss = network.vector(Forward.TRAINING.in(precision), given).square().mean();
          collector.backward(loss);
          loss.getFloat();
        }
        optimizer.step(1);
      }
    }

    @Override
    public void close() {
      optimizer.close();
    }
  }

  /** A Python process that runs once for each line it is sent. */
  private record Peer(
      Process process, BufferedWriter questions, BufferedReader times, long parameters)
      implements AutoCloseable {

    static Peer start(Arguments arguments, List<String> run) throws IOException {
      Path program = Path.of(arguments.text("baselines"), "encoders.py");
      List<String> command = new ArrayList<>(List.of(arguments.text("python"), program.toString()));
      command.addAll(run);
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      BufferedReader times =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      String ready = times.readLine();
      if (ready == null || !ready.startsWith("ready ")) {
        throw new IOException(program + " did not start: " + ready);
      }
      return new Peer(
          process,
          new BufferedWriter(
              new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8)),
          times,
          Long.parseLong(ready.substring("ready ".length())));
    }

    double millis() throws IOException {
      questions.write("run\n");
      questions.flush();
      String line = times.readLine();
      if (line == null) {
        throw new IOException("the peer ended");
      }
      return Double.parseDouble(line);
    }

    @Override
    public void close() {
      process.destroy();
    }
  }
}
