package io.github.geofix.earth;

import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LocalFrame;
import io.github.geofix.core.io.AtomicFiles;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * An endless row of photos cut at random from pictures of the Earth. Immutable and thread-safe.
 *
 * <p>Photo {@code i} depends on the pictures, the options (with the seed) and {@code i} alone, so
 * any number of threads may share the work and an interrupted run goes on where it was. Centers are
 * uniform on the sphere within the latitudes of the options, where the land map shows little enough
 * water; size and rotation are uniform; then comes a random look (gamma, blur, colors, noise), for
 * photos to learn from and to be tested on alike. A fair test takes other pictures than training
 * did.
 */
public final class EarthPhotos {

  /** Which places photos are taken of. */
  public enum Places {
    /** Everywhere. */
    ALL,
    /** Only outside the held-out blocks and their margin. */
    TRAINING,
    /** Only in the held-out blocks. */
    HELD_OUT
  }

  /**
   * What the photos are like.
   *
   * @param seed another seed gives other photos
   * @param pixels width and height of a photo, 1 to 1024
   * @param minSizeDegrees the least ground size, see {@link EarthView}
   * @param maxSizeDegrees the largest ground size
   * @param maxRotationDegrees photos are turned by up to this to either side, 0 to 180
   * @param strength how much looks differ: 0 leaves the pictures as they are, 1 is much
   * @param grayShare the share of photos without color, 0 to 1
   * @param minLatitude the southern border
   * @param maxLatitude the northern border
   * @param maxWaterShare photos with a larger share of water in their surroundings are not taken
   * @param places which side of the held-out blocks of seed 0 to take photos on
   */
  public record Options(
      long seed,
      int pixels,
      double minSizeDegrees,
      double maxSizeDegrees,
      double maxRotationDegrees,
      double strength,
      double grayShare,
      double minLatitude,
      double maxLatitude,
      double maxWaterShare,
      Places places) {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range; the message names it
     */
    public Options {
      check(pixels >= 1 && pixels <= 1024, "pixels must be 1 to 1024", pixels);
      check(minSizeDegrees > 0, "minSizeDegrees must be above 0", minSizeDegrees);
      check(
          maxSizeDegrees >= minSizeDegrees && maxSizeDegrees <= 90,
          "maxSizeDegrees must be minSizeDegrees to 90",
          maxSizeDegrees);
      check(
          maxRotationDegrees >= 0 && maxRotationDegrees <= 180,
          "maxRotationDegrees must be 0 to 180",
          maxRotationDegrees);
      check(strength >= 0 && strength <= 1, "strength must be 0 to 1", strength);
      check(grayShare >= 0 && grayShare <= 1, "grayShare must be 0 to 1", grayShare);
      check(minLatitude >= -90, "minLatitude must be -90 or more", minLatitude);
      check(
          maxLatitude >= minLatitude && maxLatitude <= 90,
          "maxLatitude must be minLatitude to 90",
          maxLatitude);
      check(
          maxWaterShare > 0 && maxWaterShare <= 1,
          "maxWaterShare must be above 0 and at most 1",
          maxWaterShare);
      Objects.requireNonNull(places);
    }

    private static void check(boolean fits, String rule, Number given) {
      if (!fits) {
        throw new IllegalArgumentException(rule + ": " + given);
      }
    }

    /**
     * Returns seed 1, 32 pixels, 4 to 12 degrees, turned by up to 25 degrees, strength 0.6, a tenth
     * gray, latitudes -58 to 76, at most 70 % water, all places.
     */
    public static Options defaults() {
      return new Options(1, 32, 4, 12, 25, 0.6, 0.1, -58, 76, 0.7, Places.ALL);
    }

    /** Returns a copy with another seed. */
    public Options withSeed(long value) {
      return with(d -> d.seed = value);
    }

    /** Returns a copy with another width and height in pixels. */
    public Options withPixels(int value) {
      return with(d -> d.pixels = value);
    }

    /** Returns a copy with other ground sizes. */
    public Options withSizeDegrees(double min, double max) {
      return with(
          d -> {
            d.minSizeDegrees = min;
            d.maxSizeDegrees = max;
          });
    }

    /** Returns a copy with another largest rotation; 180 is the hard form. */
    public Options withMaxRotationDegrees(double value) {
      return with(d -> d.maxRotationDegrees = value);
    }

    /** Returns a copy with another strength of the looks and another share of gray photos. */
    public Options withLooks(double strength, double grayShare) {
      return with(
          d -> {
            d.strength = strength;
            d.grayShare = grayShare;
          });
    }

    /** Returns a copy with other borders in latitude. */
    public Options withLatitudes(double min, double max) {
      return with(
          d -> {
            d.minLatitude = min;
            d.maxLatitude = max;
          });
    }

    /** Returns a copy with another largest share of water. */
    public Options withMaxWaterShare(double value) {
      return with(d -> d.maxWaterShare = value);
    }

    /** Returns a copy with other places. */
    public Options withPlaces(Places value) {
      return with(d -> d.places = value);
    }

    private Options with(Consumer<Draft> change) {
      Draft draft = new Draft(this);
      change.accept(draft);
      return draft.options();
    }

    /** The components, open to change. */
    private static final class Draft {
      private long seed;
      private int pixels;
      private double minSizeDegrees;
      private double maxSizeDegrees;
      private double maxRotationDegrees;
      private double strength;
      private double grayShare;
      private double minLatitude;
      private double maxLatitude;
      private double maxWaterShare;
      private Places places;

      Draft(Options o) {
        seed = o.seed;
        pixels = o.pixels;
        minSizeDegrees = o.minSizeDegrees;
        maxSizeDegrees = o.maxSizeDegrees;
        maxRotationDegrees = o.maxRotationDegrees;
        strength = o.strength;
        grayShare = o.grayShare;
        minLatitude = o.minLatitude;
        maxLatitude = o.maxLatitude;
        maxWaterShare = o.maxWaterShare;
        places = o.places;
      }

      Options options() {
        return new Options(
            seed,
            pixels,
            minSizeDegrees,
            maxSizeDegrees,
            maxRotationDegrees,
            strength,
            grayShare,
            minLatitude,
            maxLatitude,
            maxWaterShare,
            places);
      }
    }
  }

  /**
   * How a camera moves.
   *
   * @param frames the number of photos, 1 or more
   * @param stepKm the way from one to the next, above 0, at most 1000
   * @param maxTurnDegrees how much the heading changes at most from one to the next, 0 to 180
   */
  public record DriveOptions(int frames, double stepKm, double maxTurnDegrees) {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range; the message names it
     */
    public DriveOptions {
      Options.check(frames >= 1, "frames must be 1 or more", frames);
      Options.check(
          stepKm > 0 && stepKm <= 1000, "stepKm must be above 0 and at most 1000", stepKm);
      Options.check(
          maxTurnDegrees >= 0 && maxTurnDegrees <= 180,
          "maxTurnDegrees must be 0 to 180",
          maxTurnDegrees);
    }

    /**
     * Returns 30 frames, 60 km apart (about two pixels of a photo), turning by up to 20 degrees.
     */
    public static DriveOptions defaults() {
      return new DriveOptions(30, 60, 20);
    }

    /** Returns a copy with another number of photos. */
    public DriveOptions withFrames(int frames) {
      return new DriveOptions(frames, stepKm, maxTurnDegrees);
    }

    /** Returns a copy with another way from photo to photo. */
    public DriveOptions withStepKm(double stepKm) {
      return new DriveOptions(frames, stepKm, maxTurnDegrees);
    }

    /** Returns a copy with another largest turn. */
    public DriveOptions withMaxTurnDegrees(double maxTurnDegrees) {
      return new DriveOptions(frames, stepKm, maxTurnDegrees);
    }
  }

  /** How headings are tried when the way ahead is barred. */
  private static final double DETOUR_DEGREES = 15;

  /** The same for everyone, so that training and test agree on the places. */
  private static final HeldOutBlocks BLOCKS = HeldOutBlocks.of(0);

  /** Tries before giving up: land is 30 % of the Earth, held-out land 4 %. */
  private static final int MAX_TRIES = 100_000;

  private final LandMap land;
  private final List<EarthImage> renderings;
  private final Options options;

  private EarthPhotos(LandMap land, List<EarthImage> renderings, Options options) {
    this.land = land;
    this.renderings = List.copyOf(renderings);
    this.options = options;
    if (this.renderings.isEmpty()) {
      throw new IllegalArgumentException("at least one rendering is needed to cut photos from");
    }
  }

  /**
   * Creates the row of photos.
   *
   * @param land where photos are taken
   * @param renderings the pictures to cut from, each as often as the others
   */
  public static EarthPhotos of(LandMap land, List<EarthImage> renderings, Options options) {
    return new EarthPhotos(land, renderings, options);
  }

  /** Returns what the photos are like. */
  public Options options() {
    return options;
  }

  /**
   * Returns photo {@code index}; any index, in any order, from any thread.
   *
   * @throws IllegalStateException if the options leave no place to take a photo of
   */
  public EarthPhoto photo(long index) {
    SplittableRandom random = randomOf(index);
    EarthView view = drawView(random);
    return photo(view, drawCamera(random), random);
  }

  private EarthPhoto photo(EarthView view, Camera camera, SplittableRandom random) {
    int side = options.pixels();
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    render(view, camera, random, ((DataBufferInt) image.getRaster().getDataBuffer()).getData());
    return new EarthPhoto(image, view, camera.rendering);
  }

  /** Returns what photo {@code index} shows, without making it. */
  public EarthView view(long index) {
    return drawView(randomOf(index));
  }

  /** Returns photos {@code first} to {@code first + count - 1}, made by all processors. */
  public List<EarthPhoto> photos(long first, int count) {
    return LongStream.range(first, first + count).parallel().mapToObj(this::photo).toList();
  }

  /**
   * Returns photo {@code index} as a network takes it, the same pixels as {@link #photo}.
   *
   * @param chw receives [3, pixels, pixels]: red, green, blue, each 0 to 1
   * @param offset where in {@code chw} the photo begins
   * @return what the photo shows; its center is the truth
   */
  public EarthView fill(long index, float[] chw, int offset) {
    int n = options.pixels() * options.pixels();
    int[] rgb = new int[n];
    SplittableRandom random = randomOf(index);
    EarthView view = drawView(random);
    render(view, drawCamera(random), random, rgb);
    for (int i = 0; i < n; i++) {
      chw[offset + i] = (rgb[i] >> 16 & 0xFF) / 255f;
      chw[offset + n + i] = (rgb[i] >> 8 & 0xFF) / 255f;
      chw[offset + 2 * n + i] = (rgb[i] & 0xFF) / 255f;
    }
    return view;
  }

  /**
   * Returns the photos as a source to learn from, {@code size} of them in an epoch and new ones in
   * every epoch.
   */
  public PhotoSource source(int size) {
    return new PhotoSource() {
      @Override
      public int size() {
        return size;
      }

      @Override
      public Photo photo(int epoch, int index) {
        EarthPhoto photo = EarthPhotos.this.photo((long) epoch * size + index);
        return new Photo(photo.image(), photo.latLng());
      }
    };
  }

  /**
   * Returns the photos of one camera on its way: photo {@code index}, then others of the same size,
   * rotation and look, each a step further. The way turns at random, and back from where no photo
   * may be taken.
   *
   * @return {@link DriveOptions#frames()} photos, in order
   */
  public List<EarthPhoto> drive(long index, DriveOptions drive) {
    SplittableRandom random = randomOf(index);
    EarthView view = drawView(random);
    Camera camera = drawCamera(random);
    List<EarthPhoto> frames = new ArrayList<>();
    frames.add(photo(view, camera, random));
    double heading = uniform(0, 360, random);
    while (frames.size() < drive.frames()) {
      heading += uniform(-drive.maxTurnDegrees(), drive.maxTurnDegrees(), random);
      heading = passableHeading(view.center(), heading, drive.stepKm());
      LatLng next = LocalFrame.move(view.center(), heading, 1000 * drive.stepKm());
      view = new EarthView(next, view.sizeDegrees(), view.rotationDegrees());
      frames.add(photo(view, camera, random));
    }
    return frames;
  }

  /** Returns the heading nearest to the given one that leads to a place where photos are taken. */
  private double passableHeading(LatLng from, double heading, double stepKm) {
    for (double turn = 0; turn <= 180; turn += DETOUR_DEGREES) {
      for (double tried : new double[] {heading + turn, heading - turn}) {
        if (fits(LocalFrame.move(from, tried, 1000 * stepKm))) {
          return tried;
        }
      }
    }
    throw new IllegalStateException(
        "no way out of " + from + " by a step of " + stepKm + " km: take another stepKm");
  }

  /** What a camera keeps from photo to photo. */
  private record Camera(int rendering, @Nullable Appearance look) {}

  private Camera drawCamera(SplittableRandom random) {
    int rendering = (int) (random.nextDouble() * renderings.size());
    boolean gray = random.nextDouble() < options.grayShare();
    boolean changed = options.strength() > 0 || gray;
    return new Camera(rendering, changed ? new Appearance(options.strength(), gray, random) : null);
  }

  private void render(EarthView view, Camera camera, SplittableRandom random, int[] rgb) {
    renderings.get(camera.rendering).sample(view, options.pixels(), rgb);
    if (camera.look != null) {
      camera.look.apply(rgb, options.pixels(), random);
    }
  }

  private SplittableRandom randomOf(long index) {
    return new SplittableRandom(mix(mix(options.seed()) + index));
  }

  private EarthView drawView(SplittableRandom random) {
    LatLng center = drawCenter(random);
    double size = uniform(options.minSizeDegrees(), options.maxSizeDegrees(), random);
    double rotation = uniform(-options.maxRotationDegrees(), options.maxRotationDegrees(), random);
    return new EarthView(center, size, rotation);
  }

  private LatLng drawCenter(SplittableRandom random) {
    double minZ = Math.sin(Math.toRadians(options.minLatitude()));
    double maxZ = Math.sin(Math.toRadians(options.maxLatitude()));
    for (int i = 0; i < MAX_TRIES; i++) {
      double latitude = Math.toDegrees(Math.asin(uniform(minZ, maxZ, random)));
      LatLng center = new LatLng(latitude, uniform(-180, 180, random));
      if (fits(center)) {
        return center;
      }
    }
    throw new IllegalStateException(
        "found no place with at most "
            + options.maxWaterShare()
            + " water between latitudes "
            + options.minLatitude()
            + " and "
            + options.maxLatitude()
            + ", places "
            + options.places());
  }

  /** Returns whether a photo may be taken at a point. */
  public boolean fits(LatLng center) {
    if (land.waterShare(center) > options.maxWaterShare()
        || center.latitude() < options.minLatitude()
        || center.latitude() > options.maxLatitude()) {
      return false;
    }
    return switch (options.places()) {
      case ALL -> true;
      case TRAINING -> BLOCKS.isForTraining(center);
      case HELD_OUT -> BLOCKS.isHeldOut(center);
    };
  }

  private static double uniform(double from, double to, SplittableRandom random) {
    return from + (to - from) * random.nextDouble();
  }

  /** Spreads the bits of a number (SplitMix64), so that neighbors are unlike. */
  private static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    return b ^ (b >>> 31);
  }

  /**
   * Writes photos {@code 0} to {@code count - 1} as PNG files with a {@code manifest.csv} of the
   * columns image, latitude, longitude, size_degrees, rotation_degrees and rendering. The folder
   * appears when it is complete.
   *
   * @param classMaps whether to write {@code classes/} too: beside each photo the {@link
   *     LandMap#classImage} of what it shows, named in the column classes
   * @throws UncheckedIOException if the folder cannot be written; then nothing is left behind
   */
  public void writeDataset(int count, Path folder, boolean classMaps) {
    AtomicFiles.writeFolder(
        folder, temporary -> new EarthDataset(this, temporary, classMaps).write(count));
  }

  /**
   * Writes {@link #drive} number 0 as PNG files with a {@code manifest.csv} of the columns image,
   * latitude, longitude and time: one photo an hour. The folder appears when it is complete.
   *
   * @throws UncheckedIOException if the folder cannot be written; then nothing is left behind
   */
  public void writeDrive(DriveOptions drive, Path folder) {
    AtomicFiles.writeFolder(
        folder, temporary -> EarthDataset.writeDrive(drive(0, drive), temporary));
  }

  /** Returns the land and water that a photo shows, see {@link LandMap#classImage}. */
  BufferedImage classImage(EarthPhoto photo) {
    return land.classImage(photo.view(), options.pixels());
  }
}
