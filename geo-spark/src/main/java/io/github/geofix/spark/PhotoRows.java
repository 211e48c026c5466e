package io.github.geofix.spark;

import io.github.geofix.core.Photo.Limits;
import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.cell.S2Cells;
import io.github.geofix.models.image.Photos;
import java.awt.image.BufferedImage;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.LongAccumulator;
import org.jspecify.annotations.Nullable;

/**
 * Rows of photos as they go through a network: read and decoded one by one, and asked in blocks.
 */
final class PhotoRows {
  static final String IMAGE = "image";
  static final String CONTENT = "content";
  static final String LATITUDE = "latitude";
  static final String LONGITUDE = "longitude";
  static final String CELL = "s2cell";
  static final String ERROR = "error";
  static final String VECTOR = "vector";

  /** What all rows of photos begin with. */
  static final StructType PLACES =
      new StructType()
          .add(IMAGE, DataTypes.StringType, false)
          .add(LATITUDE, DataTypes.DoubleType)
          .add(LONGITUDE, DataTypes.DoubleType)
          .add(CELL, DataTypes.LongType);

  /** Decoded photos of 100 MB. */
  static final long MOST_PIXELS = 32_000_000;

  private PhotoRows() {}

  /**
   * Counts that Spark shows for each stage.
   *
   * @param photos all photos
   * @param failures those that could not be read
   * @param millis spent in the network, by all tasks
   */
  record Progress(LongAccumulator photos, LongAccumulator failures, LongAccumulator millis)
      implements Serializable {}

  /**
   * One photo of a block.
   *
   * @param row as it was read
   * @param place where it was taken, if that is known
   * @param image what a network takes; null if the photo could not be read
   * @param error why; null if it could
   */
  record Photo<T>(Row row, Optional<LatLng> place, @Nullable T image, @Nullable String error) {

    static <T> Photo<T> read(Row row, Limits limits, Function<BufferedImage, T> prepare) {
      String name = row.getAs(IMAGE);
      Optional<LatLng> place = Optional.empty();
      BufferedImage image;
      try {
        place = place(row);
        int at = index(row, CONTENT);
        byte[] bytes =
            at < 0 || row.isNullAt(at)
                ? Storage.read(name, limits.maxFileBytes())
                : row.<byte[]>getAs(at);
        image = Photos.decode(bytes, name, limits);
      } catch (UncheckedIOException | IllegalArgumentException e) {
        return new Photo<>(row, place, null, String.valueOf(e.getMessage()));
      }
      return new Photo<>(row, place, prepare.apply(image), null);
    }

    private static Optional<LatLng> place(Row row) {
      int latitude = index(row, LATITUDE);
      int longitude = index(row, LONGITUDE);
      return latitude < 0 || longitude < 0 || row.isNullAt(latitude) || row.isNullAt(longitude)
          ? Optional.empty()
          : Optional.of(new LatLng(row.getDouble(latitude), row.getDouble(longitude)));
    }

    /** Returns the first columns of a row of results. */
    Object[] start(int columns) {
      Object[] values = new Object[columns];
      values[0] = row.getAs(IMAGE);
      if (place.isPresent()) {
        values[1] = place.get().latitude();
        values[2] = place.get().longitude();
        values[3] = S2Cells.leafOf(place.get());
      }
      return values;
    }
  }

  private static int index(Row row, String column) {
    return Arrays.asList(row.schema().fieldNames()).indexOf(column);
  }

  /**
   * How photos become rows in blocks.
   *
   * @param most photos of a block
   * @param pixels of the photo that a block holds: it ends at {@link #MOST_PIXELS} of them, so that
   *     large photos do not fill the memory
   */
  record Blocks<T>(
      int most,
      Limits limits,
      Function<BufferedImage, T> prepare,
      ToLongFunction<T> pixels,
      Function<List<Photo<T>>, List<Row>> rows) {

    private List<Photo<T>> next(Iterator<Row> rows) {
      List<Photo<T>> photos = new ArrayList<>(most);
      long held = 0;
      while (photos.size() < most && held < MOST_PIXELS && rows.hasNext()) {
        Photo<T> photo = Photo.read(rows.next(), limits, prepare);
        photos.add(photo);
        T image = photo.image();
        held += image == null ? 0 : pixels.applyAsLong(image);
      }
      return photos;
    }
  }

  /** Returns the rows of blocks, each computed when its first row is asked for. */
  static <T> Iterator<Row> inBlocks(Iterator<Row> rows, Progress progress, Blocks<T> blocks) {
    return new Iterator<>() {
      private Iterator<Row> ready = List.<Row>of().iterator();

      @Override
      public boolean hasNext() {
        return ready.hasNext() || rows.hasNext();
      }

      @Override
      public Row next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        if (!ready.hasNext()) {
          List<Photo<T>> photos = blocks.next(rows);
          ready = blocks.rows().apply(photos).iterator();
          progress.photos().add(photos.size());
          progress.failures().add(photos.stream().filter(photo -> photo.error() != null).count());
        }
        return ready.next();
      }
    };
  }
}
