package io.github.geofix.eval.protocol;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.core.internal.InputFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import us.hebi.matlab.mat.format.BufferAllocator;
import us.hebi.matlab.mat.format.Mat5Reader;
import us.hebi.matlab.mat.types.Array;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.Char;
import us.hebi.matlab.mat.types.MatFile;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Source;
import us.hebi.matlab.mat.types.Sources;
import us.hebi.matlab.mat.types.Struct;

/**
 * Reads {@code ACT_data.mat} of CVACT: a MATLAB level-5 file with the ids of all panoramas ({@code
 * panoIds}, a matrix of characters or a cell array), where they were taken ({@code utm}, two
 * columns of meters) and, one struct a split, the numbers of its panoramas counted from 1 ({@code
 * valInd}).
 */
final class CvactLists {

  /** The file has 128,334 ids of 22 characters; nothing in it comes near this. */
  private static final int MAX_BYTES = 1 << 26;

  private static final int MAX_IDS = 1 << 20;

  private CvactLists() {}

  /**
   * One panorama.
   *
   * @param id its name without folder and ending
   * @param place where it was taken; empty if the file has no position
   */
  record Panorama(String id, Optional<LatLng> place) {}

  /**
   * Returns the panoramas of a split.
   *
   * @param split the name of its struct: {@code trainSet}, {@code valSet} or {@code valSetAll}
   * @throws UncheckedIOException if the file cannot be read
   * @throws IllegalArgumentException if it is not such a file
   */
  static List<Panorama> read(Path file, String split) {
    byte[] bytes = bytes(file);
    try {
      Mat5Lengths.check(bytes, MAX_BYTES);
    } catch (IllegalArgumentException e) {
      throw notCvact(file, String.valueOf(e.getMessage()), e);
    }
    try (Source source = Sources.wrap(bytes);
        MatFile data =
            new BoundedReader(source)
                .setBufferAllocator(new BoundedBuffers())
                .setMaxInflateBufferSize(MAX_BYTES)
                .setEntryFilter(entry -> List.of("panoIds", "utm", split).contains(entry.getName()))
                .readMat()) {
      return select(data.getArray("panoIds"), indices(data.getStruct(split)), utm(data));
    } catch (IOException | RuntimeException e) {
      // The reader of the format fails with whatever its buffers fail with.
      throw notCvact(file, String.valueOf(e.getMessage()), e);
    }
  }

  private static byte[] bytes(Path file) {
    try {
      if (Files.size(InputFiles.find(file)) > MAX_BYTES) {
        throw notCvact(file, "it is larger than " + MAX_BYTES + " bytes", null);
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new UncheckedIOException(
          "no such list: " + file + "; was the folder that holds it given?", e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + InputFiles.reason(e), e);
    }
  }

  private static IllegalArgumentException notCvact(
      Path file, String why, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        file + " is not the ACT_data.mat of CVACT, a MATLAB level-5 file: " + why, cause);
  }

  private static Matrix indices(Struct split) {
    String field =
        split.getFieldNames().stream()
            .filter(name -> name.endsWith("Ind"))
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException("no field valInd in " + split.getFieldNames()));
    return split.getMatrix(field);
  }

  /** Returns the two columns of meters, or null where the file has none. */
  private static @Nullable Matrix utm(MatFile data) {
    for (MatFile.Entry entry : data.getEntries()) {
      if (entry.getName().equals("utm") && entry.getValue() instanceof Matrix utm) {
        return utm.getNumCols() >= 2 ? utm : null;
      }
    }
    return null;
  }

  private static List<Panorama> select(Array ids, Matrix indices, @Nullable Matrix utm) {
    int size = ids instanceof Char ? ids.getNumRows() : ids.getNumElements();
    if (size > MAX_IDS || indices.getNumElements() > MAX_IDS) {
      throw new IllegalArgumentException(size + " ids are too many");
    }
    Zone55 zone = new Zone55();
    List<Panorama> selected = new ArrayList<>();
    for (int i = 0; i < indices.getNumElements(); i++) {
      double index = indices.getDouble(i);
      if (!(index >= 1 && index <= size && index == Math.rint(index))) {
        throw new IllegalArgumentException("panorama " + index + " of " + size);
      }
      int row = (int) index - 1;
      String id =
          ids instanceof Char text ? text.getRow(row) : ((Cell) ids).getChar(row).getString();
      selected.add(new Panorama(id.strip(), place(utm, row, zone)));
    }
    return selected;
  }

  private static Optional<LatLng> place(@Nullable Matrix utm, int row, Zone55 zone) {
    if (utm == null || row >= utm.getNumRows()) {
      return Optional.empty();
    }
    double first = utm.getDouble(row, 0);
    double second = utm.getDouble(row, 1);
    // No list names its columns; as far south as Canberra the northing is the larger.
    return zone.place(Math.min(first, second), Math.max(first, second));
  }

  /** Refuses what a damaged length claims before it is allocated. */
  private static final class BoundedBuffers implements BufferAllocator {
    private int left = 4 * MAX_BYTES;

    @Override
    public ByteBuffer allocate(int bytes) {
      if (bytes < 0 || bytes > left) {
        throw new IllegalArgumentException("an array of " + bytes + " bytes is too large");
      }
      left -= bytes;
      return ByteBuffer.allocate(bytes);
    }

    @Override
    public void release(ByteBuffer buffer) {}
  }

  /** Refuses what damaged dimensions ask for before it is allocated. */
  private static final class BoundedReader extends Mat5Reader {
    BoundedReader(Source source) {
      super(source);
    }

    @Override
    protected Mat5Reader createChildReader(Source child) {
      BoundedReader reader = new BoundedReader(child);
      reader.filter = filter;
      reader.bufferAllocator = bufferAllocator;
      return reader;
    }

    @Override
    protected Array readCell(EntryHeader header) throws IOException {
      check(header.getNumElements(), 1);
      return super.readCell(header);
    }

    @Override
    protected Array[][] readValues(EntryHeader header, int fields, String[] names)
        throws IOException {
      check(header.getNumElements(), fields);
      return super.readValues(header, fields, names);
    }

    private static void check(int elements, int fields) {
      if (elements < 0 || fields < 0 || (long) elements * fields > MAX_IDS) {
        throw new IllegalArgumentException(
            elements + " elements of " + fields + " fields are too many");
      }
    }
  }
}
