package io.github.geofix.bench;

import io.github.geofix.bench.NaipCells.Cell;
import io.github.geofix.core.geodesy.GreatCircle;
import io.github.geofix.core.geodesy.LatLng;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.plugins.tiff.GeoTIFFTagSet;
import javax.imageio.plugins.tiff.TIFFDirectory;
import javax.imageio.plugins.tiff.TIFFField;
import javax.imageio.plugins.tiff.TIFFTag;
import javax.imageio.stream.FileImageOutputStream;

/**
 * Where the pictures of {@link NaipCells} lie. They are taken as exactly north up, which is wrong
 * by 8 m from one end to the other, in pictures and positions alike.
 *
 * @param latitude of the upper edge
 * @param longitude of the left edge
 * @param latitudes degrees of latitude a pixel
 * @param longitudes degrees of longitude a pixel
 */
record NaipMap(double latitude, double longitude, double latitudes, double longitudes) {

  /** GeoTIFF 1.1, section 7: pixels are areas, of degrees on WGS 84. */
  private static final char[] GEO_KEYS = {
    1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326
  };

  /** Returns the map whose upper left cell has its middle at a place. */
  static NaipMap ofFirstCell(LatLng middle) {
    double degree = Math.toRadians(1) * 1000 * GreatCircle.EARTH_RADIUS_KM;
    double latitudes = NaipCamera.FINEST / degree;
    double longitudes = latitudes / Math.cos(Math.toRadians(middle.latitude()));
    return new NaipMap(
        middle.latitude() + latitudes * NaipCells.SIDE / 2,
        middle.longitude() - longitudes * NaipCells.SIDE / 2,
        latitudes,
        longitudes);
  }

  /** Returns the place of the middle of a square. */
  LatLng middle(Cell cell) {
    return new LatLng(
        latitude - latitudes * (cell.y() + NaipCells.SIDE / 2.0),
        longitude + longitudes * (cell.x() + NaipCells.SIDE / 2.0));
  }

  /** Writes a picture as a GeoTIFF. */
  void write(BufferedImage picture, Path file) {
    ImageWriter writer = writer();
    try (FileImageOutputStream stream = new FileImageOutputStream(file.toFile())) {
      writer.setOutput(stream);
      IIOMetadata metadata =
          writer.getDefaultImageMetadata(
              new ImageTypeSpecifier(picture), writer.getDefaultWriteParam());
      TIFFDirectory directory = TIFFDirectory.createFromMetadata(metadata);
      add(directory, GeoTIFFTagSet.TAG_MODEL_PIXEL_SCALE, longitudes, latitudes, 0);
      add(directory, GeoTIFFTagSet.TAG_MODEL_TIE_POINT, 0, 0, 0, longitude, latitude, 0);
      directory.addTIFFField(
          new TIFFField(
              GeoTIFFTagSet.getInstance().getTag(GeoTIFFTagSet.TAG_GEO_KEY_DIRECTORY),
              TIFFTag.TIFF_SHORT,
              GEO_KEYS.length,
              GEO_KEYS));
      writer.write(new IIOImage(picture, null, directory.getAsMetadata()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
    } finally {
      writer.dispose();
    }
  }

  /**
   * Returns the writer of the JDK: that of a library on the class path drops fields it has no name
   * for.
   */
  private static ImageWriter writer() {
    Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("tiff");
    ImageWriter writer = writers.next();
    while (!writer.getClass().getModule().equals(ImageIO.class.getModule())) {
      writer = writers.next();
    }
    return writer;
  }

  private static void add(TIFFDirectory directory, int tag, double... values) {
    directory.addTIFFField(
        new TIFFField(
            GeoTIFFTagSet.getInstance().getTag(tag), TIFFTag.TIFF_DOUBLE, values.length, values));
  }
}
