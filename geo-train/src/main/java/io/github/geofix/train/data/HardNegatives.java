package io.github.geofix.train.data;

/**
 * Hard negatives: how a batch gets photos that the model confuses with each other, so that a loss
 * within the batch learns from them. For models that match photos with tiles, {@link
 * io.github.geofix.models.train.Trainable.CrossView}.
 *
 * <pre>{@code
 * TrainOptions options = TrainOptions.defaults().withHardNegatives(HardNegatives.frgeo());
 * Trainer.of(model, options).fit(TrainingData.ofPairs(set.pairs(), protocol::prepare));
 * }</pre>
 */
public sealed interface HardNegatives {

  /** Returns no hard negatives: batches are random. */
  static HardNegatives none() {
    return None.defaults();
  }

  /**
   * Returns the strategy of FRGeo (Zhang and Zhu, AAAI 2024): half of each batch is mined, from the
   * second epoch on, with a pool of 40,000 tiles and 100 candidates.
   */
  static Frgeo frgeo() {
    return Frgeo.defaults();
  }

  /**
   * Returns the strategy of Sample4Geo (Deuser, Habel and Oswald, ICCV 2023): 64 of 128 neighbors
   * follow each photo, the nearest on the ground for four epochs, then the most similar, found
   * again every four epochs.
   */
  static Sample4geo sample4geo() {
    return Sample4geo.defaults();
  }

  /** Random batches. */
  record None() implements HardNegatives {
    /** Returns the strategy, which has no options. */
    public static None defaults() {
      return new None();
    }
  }

  /**
   * Global mining, as VIGOR (Zhu, Yang and Chen, CVPR 2021), TransGeo and FRGeo have it. Half of a
   * batch are random photos; the other half holds, for each of them, a photo whose tile is drawn
   * from the {@code candidates} most similar ones of a random pool. Each epoch draws another pool
   * and compares it with all photos by the weights at its start. No photo is twice in a batch; a
   * mined one can be in several batches of an epoch, and as many photos are in none.
   *
   * <p>The released code of that line keeps the vectors of the epoch before instead; here all
   * photos and the pool are encoded again, which takes one forward pass over them.
   *
   * @param pool tiles to compare with, at least 1; 40,000 in FRGeo, of all if there are fewer
   * @param candidates most similar tiles to draw from, the own one included, at least 2; 100 in
   *     FRGeo
   * @param firstEpoch first epoch with mining, from 0; those before are random. 1 in FRGeo
   */
  record Frgeo(int pool, int candidates, int firstEpoch) implements HardNegatives {
    /** Checks the ranges. */
    public Frgeo {
      require("pool", pool, 1);
      require("candidates", candidates, 2);
      require("firstEpoch", firstEpoch, 0);
    }

    /** Returns FRGeo's numbers: a pool of 40,000, 100 candidates, from the second epoch on. */
    public static Frgeo defaults() {
      return new Frgeo(40_000, 100, 1);
    }
  }

  /**
   * Neighbor sampling, as Sample4Geo has it. Batches are filled with random photos, each followed
   * by {@code perPhoto} of its {@code candidates} nearest neighbors: the nearest half of them
   * always, the others drawn from the rest of the candidates. A photo is in one batch of an epoch
   * at most. In the first {@code period} epochs neighbors are those on the ground, if locations are
   * known, else there are none; later the photos of the most similar tiles of all, by the weights
   * at the start of each period.
   *
   * @param candidates neighbors of a photo, at least {@code perPhoto}; 128 in Sample4Geo
   * @param perPhoto neighbors that follow a photo, at least 1; 64 in Sample4Geo
   * @param period epochs between two searches for neighbors, at least 1; 4 in Sample4Geo
   */
  record Sample4geo(int candidates, int perPhoto, int period) implements HardNegatives {
    /** Checks the ranges. */
    public Sample4geo {
      require("perPhoto", perPhoto, 1);
      require("candidates", candidates, perPhoto);
      require("period", period, 1);
    }

    /** Returns Sample4Geo's numbers: 64 of 128 neighbors, searched every four epochs. */
    public static Sample4geo defaults() {
      return new Sample4geo(128, 64, 4);
    }
  }

  private static void require(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " " + value + ": at least " + least + " needed");
    }
  }
}
