package io.github.geofix.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.core.index.Embeddings;
import io.github.geofix.core.internal.StrictJson;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.models.Family;
import io.github.geofix.models.GeoModel;
import io.github.geofix.models.image.Photos;
import io.github.geofix.models.io.ModelCard;
import io.github.geofix.models.io.ModelFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Something that writes, may be killed at any moment, and then is looked at. */
enum KillTask {
  MODEL {
    @Override
    void write(Path in, Path out, int version) {
      try (GeoModel model = model(version)) {
        model.save(out.resolve("model"), ModelCard.untrained("kill " + version, version));
      }
    }

    @Override
    void open(Path out) {
      openModel(out.resolve("model"));
    }
  },

  INDEX {
    @Override
    void write(Path in, Path out, int version) {
      try (EmbeddingIndex index = rows(version).build()) {
        index.save(out.resolve("a.index"));
      }
    }

    @Override
    void open(Path out) {
      EmbeddingIndex.verify(out.resolve("a.index"));
    }
  },

  /** Appends until there are many segments, then compacts. */
  APPEND_AND_COMPACT {
    @Override
    void write(Path in, Path out, int version) {
      Path file = out.resolve("b.index");
      if (!Files.exists(file)) {
        try (EmbeddingIndex index = rows(0).build()) {
          index.save(file);
        }
      }
      try (EmbeddingIndex index = EmbeddingIndex.open(file)) {
        if (index.segments() < 5) {
          index.append(rows(version));
        } else {
          index.delete(java.util.stream.IntStream.range(ROWS, index.rows()).toArray());
          index.compact();
        }
        index.save(file);
      }
    }

    @Override
    void open(Path out) {
      EmbeddingIndex.verify(out.resolve("b.index"));
      try (EmbeddingIndex index = EmbeddingIndex.open(out.resolve("b.index"))) {
        assertThat(index.size() % ROWS).isZero();
      }
    }
  },

  VECTORS {
    @Override
    void write(Path in, Path out, int version) {
      Random random = new Random(version);
      try (Embeddings.Writer writer = Embeddings.Writer.create(out.resolve("vectors.npy"))) {
        for (int row = 0; row < ROWS; row++) {
          writer.write(vector(random));
        }
        writer.commit();
      }
    }

    @Override
    void open(Path out) {
      try (Embeddings vectors = Embeddings.open(out.resolve("vectors.npy"))) {
        assertThat(vectors.size()).isEqualTo(ROWS);
      }
    }
  },

  TRAIN {
    @Override
    void write(Path in, Path out, int version) throws IOException {
      command(
          "train",
          "--method",
          "token",
          "--size",
          "tiny",
          "--data",
          in.resolve("photos/manifest.csv").toString(),
          "--opt",
          "stopping.epochs=1",
          "--opt",
          "batches.size=4",
          "--opt",
          "checkpointSeconds=1",
          "--run",
          out.resolve("run").toString(),
          "--out",
          out.resolve("trained").toString(),
          "--overwrite");
      if (version % 3 == 0) {
        // So that the next run takes steps again.
        Files.delete(out.resolve("run/last.safetensors"));
      }
    }

    @Override
    void open(Path out) {
      openModel(out.resolve("trained"));
      Path last = out.resolve("run/last.safetensors");
      if (Files.exists(last)) {
        Safetensors.open(last).close();
      }
    }
  },

  IMPORT {
    @Override
    void write(Path in, Path out, int version) {
      command(
          "import",
          "--from",
          in.resolve("backbone.safetensors").toString(),
          "--method",
          "token",
          "--size",
          "tiny",
          "--seed",
          String.valueOf(version),
          "--out",
          out.resolve("imported").toString(),
          "--overwrite");
    }

    @Override
    void open(Path out) {
      openModel(out.resolve("imported"));
    }
  },

  DATASET {
    @Override
    void write(Path in, Path out, int version) {
      dataset(in, out.resolve("data"), version);
    }

    @Override
    void open(Path out) {
      Manifest photos = Manifest.readCsv(out.resolve("data/manifest.csv"));
      assertThat(photos.size()).isEqualTo(PHOTOS);
      photos.entries().forEach(photo -> Photos.read(photo.image()));
    }
  },

  PARTITION {
    @Override
    void write(Path in, Path out, int version) {
      command(
          "partition",
          "--data",
          in.resolve("points.csv").toString(),
          "--max-points",
          String.valueOf(100 + version % 2),
          "--out",
          out.resolve("cells.csv").toString(),
          "--map",
          out.resolve("cells.html").toString());
    }

    @Override
    void open(Path out) throws IOException {
      assertThat(CellPartition.load(out.resolve("cells.csv")).size()).isPositive();
      assertThat(Files.readString(out.resolve("cells.html")).strip()).endsWith("</html>");
    }
  },

  EVALUATE {
    @Override
    void write(Path in, Path out, int version) {
      command(
          "evaluate",
          "--data",
          in.resolve("points.csv").toString(),
          "--predictions",
          in.resolve("points.csv").toString(),
          "--name",
          "kill " + version,
          "--json",
          out.resolve("e.json").toString(),
          "--csv",
          out.resolve("e.csv").toString(),
          "--report",
          out.resolve("e.html").toString());
    }

    @Override
    void open(Path out) throws IOException {
      StrictJson.readObject(out.resolve("e.json"), 1 << 26);
      assertThat(Files.readString(out.resolve("e.csv"))).endsWith("\n");
      assertThat(Files.readString(out.resolve("e.html")).strip()).endsWith("</html>");
    }
  };

  static final int PHOTOS = 12;
  private static final int ROWS = 500;
  private static final int DIMENSION = 64;

  /** Writes once, replacing what is there. */
  abstract void write(Path in, Path out, int version) throws IOException;

  /** Opens what was written, and fails unless all of it is whole. */
  abstract void open(Path out) throws IOException;

  /** Writes what the tasks read. */
  static void prepare(Path in) throws IOException {
    Random random = new Random(1);
    java.awt.image.BufferedImage earth =
        new java.awt.image.BufferedImage(256, 128, java.awt.image.BufferedImage.TYPE_3BYTE_BGR);
    for (int y = 0; y < 128; y++) {
      for (int x = 0; x < 256; x++) {
        earth.setRGB(x, y, x / 32 % 2 == 0 ? 0x20a030 + random.nextInt(32) : 0x102060);
      }
    }
    javax.imageio.ImageIO.write(earth, "png", in.resolve("earth.png").toFile());
    dataset(in, in.resolve("photos"), 1);
    StringBuilder points = new StringBuilder("image,latitude,longitude\n");
    for (int i = 0; i < 2000; i++) {
      points.append(
          "p%d.jpg,%.4f,%.4f%n"
              .formatted(i, random.nextGaussian() * 20, random.nextGaussian() * 40));
    }
    Files.writeString(in.resolve("points.csv"), points);
    try (GeoModel model = model(1)) {
      model.save(in.resolve("model"), ModelCard.untrained("kill", 1));
    }
    Files.copy(in.resolve("model/weights.safetensors"), in.resolve("backbone.safetensors"));
  }

  private static void dataset(Path in, Path out, int seed) {
    command(
        "dataset",
        "earth",
        "--reference",
        in.resolve("earth.png").toString(),
        "--rendering",
        in.resolve("earth.png").toString(),
        "--count",
        String.valueOf(PHOTOS),
        "--seed",
        String.valueOf(seed),
        "--out",
        out.toString());
  }

  private static GeoModel model(int seed) {
    return Family.named("token").create("tiny", Map.of(), List.of(), seed);
  }

  private static void openModel(Path folder) {
    ModelFolder opened = ModelFolder.open(folder);
    opened.card();
    Family.of(opened).load(opened).close();
  }

  private static EmbeddingIndex.Builder rows(int seed) {
    Random random = new Random(seed);
    EmbeddingIndex.Builder rows =
        EmbeddingIndex.builder(DIMENSION, EmbeddingIndex.Options.defaults());
    for (int row = 0; row < ROWS; row++) {
      rows.add(vector(random), new LatLng(random.nextInt(90), random.nextInt(180)), "row" + row);
    }
    return rows;
  }

  private static float[] vector(Random random) {
    float[] vector = new float[DIMENSION];
    for (int d = 0; d < DIMENSION; d++) {
      vector[d] = (float) random.nextGaussian();
    }
    return vector;
  }

  /** Runs a command; fails as a write does. */
  private static void command(String... args) {
    StringWriter err = new StringWriter();
    int code = Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), args);
    if (code != 0) {
      throw new UncheckedIOException(new IOException(err.toString().strip()));
    }
  }
}
