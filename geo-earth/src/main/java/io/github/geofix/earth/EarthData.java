package io.github.geofix.earth;

import java.nio.file.Path;
import java.util.List;

/**
 * The pictures of {@code examples/data/earth}, by what they are for. Immutable and thread-safe.
 *
 * <p>Photos to learn from are cut from the Blue Marble and from Natural Earth II, photos to be
 * tested on from pictures that training never uses; both get random looks. Places are shared unless
 * set otherwise.
 */
public final class EarthData {

  /** A picture that photos to be tested on are cut from. */
  public enum TestRendering {
    /** Near: the reference's product in another month, with nearly the same sea. */
    MAY("may", "Blue Marble, May 2004", "BMNG_world.topo.bathy.200405.3.2048x1024.jpg"),
    /** Another hand's map. */
    EARTH_DAY("earth-day", "Earth by day, another hand's rendering", "earth-day.jpg"),
    /** Far: lights at night. */
    NIGHT("night", "Night lights, 2012", "dnb_land_ocean_ice_2012.png");

    private final String key;
    private final String title;
    private final String file;

    TestRendering(String key, String title, String file) {
      this.key = key;
      this.title = title;
      this.file = file;
    }

    /** Returns the name in files, such as {@code earth-day}. */
    public String key() {
      return key;
    }

    /** Returns the name for people. */
    public String title() {
      return title;
    }
  }

  private final Path folder;
  private final EarthImage reference;
  private final LandMap land;

  private EarthData(Path folder) {
    this.folder = folder;
    reference = EarthImage.read(folder.resolve("earth-blue-marble.jpg"));
    land = LandMap.of(reference);
  }

  /**
   * Reads the reference; the other pictures are read when photos are asked for.
   *
   * @param folder {@code examples/data/earth} of the project
   * @throws java.io.UncheckedIOException if a picture is missing or damaged
   */
  public static EarthData read(Path folder) {
    return new EarthData(folder);
  }

  /** Returns the Blue Marble: the map that photos are compared with. */
  public EarthImage reference() {
    return reference;
  }

  /** Returns where there is land, found in the reference. */
  public LandMap land() {
    return land;
  }

  /** Returns photos to learn from, half of the Blue Marble and half of Natural Earth II. */
  public EarthPhotos trainingPhotos(EarthPhotoOptions options) {
    EarthImage naturalEarth = EarthImage.read(folder.resolve("natural-earth-2"));
    return EarthPhotos.of(land, List.of(reference, naturalEarth), options);
  }

  /** Returns photos to be tested on; take another seed than for training. */
  public EarthPhotos testPhotos(TestRendering rendering, EarthPhotoOptions options) {
    EarthImage image = EarthImage.read(folder.resolve(rendering.file));
    return EarthPhotos.of(land, List.of(image), options);
  }
}
