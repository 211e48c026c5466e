package io.github.geofix.cli;

import io.github.geofix.core.Photo;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.partition.Region;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What is known of the photos besides their pixels. */
final class KnownOptions {
  @Option(
      names = "--region",
      paramLabel = "LAT,LNG,KM",
      converter = RegionConverter.class,
      description =
          "The photos were taken within so many km of a place: the rest of the Earth is left out.")
  private @Nullable Region region;

  @Option(
      names = "--heading",
      paramLabel = "DEGREES",
      description =
          "The middle of the photos faces so many degrees clockwise from north. Used by recombine"
              + " models that try several headings.")
  private @Nullable Double heading;

  /** Returns whether anything is known. */
  boolean any() {
    return region != null || heading != null;
  }

  /** Returns a photo with what is known of it. */
  Photo of(Photo photo) {
    Photo within = region == null ? photo : photo.withRegion(region);
    return heading == null ? within : within.withHeadingDegrees(heading);
  }

  static final class RegionConverter implements ITypeConverter<Region> {
    @Override
    public Region convert(String text) {
      String[] parts = text.split(",", -1);
      try {
        if (parts.length == 3) {
          LatLng center = new LatLng(Double.parseDouble(parts[0]), Double.parseDouble(parts[1]));
          return Region.around(center, Double.parseDouble(parts[2]));
        }
      } catch (NumberFormatException e) {
        throw new TypeConversionException("not a latitude, a longitude and km: " + text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
      throw new TypeConversionException("not a latitude, a longitude and km: " + text);
    }
  }
}
