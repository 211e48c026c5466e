package io.github.geofix.earth;

import io.github.geofix.core.PhotoSource;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.geodesy.LocalFrame;
import io.github.geofix.core.internal.AtomicFiles;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * An endless row of photos cut at random from pictures of the Earth. Immutable and thread-safe.
 *
 * <p>Photo {@code i} depends on the pictures, the options (with the seed) and {@code i} alone, so
 * any number of threads may share the work and an interrupted run is resumed. Centers are uniform
 * on the sphere within the latitudes of the options, where the land map shows little enough water;
 * size and rotation are uniform; then comes a random look (gamma, blur, colors, noise), for photos
 * to learn from and to be tested on alike. A fair test takes other pictures than training did.
 */
public final class EarthPhotos {

  /** How headings are tried when the way ahead is barred. */
  private static final double DETOUR_DEGREES = 15;

  /** The same for everyone, so that training and test agree on the places. */
  private static final HeldOutBlocks BLOCKS = HeldOutBlocks.of(0);

  /** Tries before giving up: land is 30 % of the Earth, held-out land 4 %. */
  private static final int MAX_TRIES = 100_000;

  private final LandMap land;
  private final List<EarthImage> renderings;
  private final EarthPhotoOptions options;

  private EarthPhotos(LandMap land, List<EarthImage> renderings, EarthPhotoOptions options) {
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
  public static EarthPhotos of(
      LandMap land, List<EarthImage> renderings, EarthPhotoOptions options) {
    return new EarthPhotos(land, renderings, options);
  }

  /** Returns what the photos are like. */
  public EarthPhotoOptions options() {
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
      public LabeledPhoto photo(int epoch, int index) {
        EarthPhoto photo = EarthPhotos.this.photo((long) epoch * size + index);
        return new LabeledPhoto(photo.image(), photo.latLng());
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
    boolean gray = random.nextDouble() < options.looks().grayShare();
    boolean changed = options.looks().strength() > 0 || gray;
    return new Camera(
        rendering, changed ? new Appearance(options.looks().strength(), gray, random) : null);
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
    double size = uniform(options.size().minDegrees(), options.size().maxDegrees(), random);
    double rotation = uniform(-options.maxRotationDegrees(), options.maxRotationDegrees(), random);
    return new EarthView(center, size, rotation);
  }

  private LatLng drawCenter(SplittableRandom random) {
    double minZ = Math.sin(Math.toRadians(options.area().minLatitude()));
    double maxZ = Math.sin(Math.toRadians(options.area().maxLatitude()));
    for (int i = 0; i < MAX_TRIES; i++) {
      double latitude = Math.toDegrees(Math.asin(uniform(minZ, maxZ, random)));
      LatLng center = new LatLng(latitude, uniform(-180, 180, random));
      if (fits(center)) {
        return center;
      }
    }
    throw new IllegalStateException(
        "found no place with at most "
            + options.area().maxWaterShare()
            + " water between latitudes "
            + options.area().minLatitude()
            + " and "
            + options.area().maxLatitude()
            + ", places "
            + options.area().places());
  }

  /** Returns whether a photo may be taken at a point. */
  public boolean fits(LatLng center) {
    if (land.waterShare(center) > options.area().maxWaterShare()
        || center.latitude() < options.area().minLatitude()
        || center.latitude() > options.area().maxLatitude()) {
      return false;
    }
    return switch (options.area().places()) {
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
   * appears when it is complete, and replaces an older data set of these.
   *
   * @param classMaps whether to write {@code classes/} too: beside each photo the {@link
   *     LandMap#classImage} of what it shows, named in the column classes
   * @throws UncheckedIOException if the folder cannot be written or holds other photos; then
   *     nothing is left behind
   */
  public void writeDataset(int count, Path folder, boolean classMaps) {
    EarthDataset.refuseToLoseOthers(folder);
    AtomicFiles.writeFolder(
        folder, temporary -> new EarthDataset(this, temporary, classMaps).write(count));
  }

  /**
   * Writes {@link #drive} number 0 as PNG files with a {@code manifest.csv} of the columns image,
   * latitude, longitude and time: one photo an hour. The folder appears when it is complete, and
   * replaces an older data set of these.
   *
   * @throws UncheckedIOException if the folder cannot be written or holds other photos; then
   *     nothing is left behind
   */
  public void writeDrive(DriveOptions drive, Path folder) {
    EarthDataset.refuseToLoseOthers(folder);
    AtomicFiles.writeFolder(
        folder, temporary -> EarthDataset.writeDrive(drive(0, drive), temporary));
  }

  /** Returns the land and water that a photo shows, see {@link LandMap#classImage}. */
  BufferedImage classImage(EarthPhoto photo) {
    return land.classImage(photo.view(), options.pixels());
  }
}
