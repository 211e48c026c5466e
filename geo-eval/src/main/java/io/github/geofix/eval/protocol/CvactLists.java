package io.github.geofix.eval.protocol;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
 * panoIds}, a matrix of characters or a cell array) and, one struct a split, the numbers of its
 * panoramas counted from 1 ({@code valInd}).
 */
final class CvactLists {

  /** The file has 128,334 ids of 22 characters; nothing in it comes near this. */
  private static final int MAX_BYTES = 1 << 26;

  private static final int MAX_IDS = 1 << 20;

  private CvactLists() {}

  /**
   * Returns the ids of a split.
   *
   * @param split the name of its struct: {@code valSet} or {@code valSetAll}
   * @throws UncheckedIOException if the file cannot be read
   * @throws IllegalArgumentException if it is not such a file
   */
  static List<String> ids(Path file, String split) {
    byte[] bytes = read(file);
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
                .setEntryFilter(
                    entry -> entry.getName().equals("panoIds") || entry.getName().equals(split))
                .readMat()) {
      return select(data.getArray("panoIds"), indices(data.getStruct(split)));
    } catch (IOException | RuntimeException e) {
      // The reader of the format fails with whatever its buffers fail with.
      throw notCvact(file, String.valueOf(e.getMessage()), e);
    }
  }

  private static byte[] read(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw notCvact(file, "it is larger than " + MAX_BYTES + " bytes", null);
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
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

  private static List<String> select(Array ids, Matrix indices) {
    int size = ids instanceof Char ? ids.getNumRows() : ids.getNumElements();
    if (size > MAX_IDS || indices.getNumElements() > MAX_IDS) {
      throw new IllegalArgumentException(size + " ids are too many");
    }
    List<String> selected = new ArrayList<>();
    for (int i = 0; i < indices.getNumElements(); i++) {
      double index = indices.getDouble(i);
      if (!(index >= 1 && index <= size && index == Math.rint(index))) {
        throw new IllegalArgumentException("panorama " + index + " of " + size);
      }
      int row = (int) index - 1;
      String id =
          ids instanceof Char text ? text.getRow(row) : ((Cell) ids).getChar(row).getString();
      selected.add(id.strip());
    }
    return selected;
  }

  /** Refuses what a damaged length asks for before it is allocated. */
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
