package io.github.geofix.core.index;

import com.google.common.hash.Hashing;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.index.EmbeddingIndex.Metric;
import io.github.geofix.core.index.EmbeddingIndex.VectorEncoding;
import io.github.geofix.core.internal.AtomicFiles;
import io.github.geofix.core.internal.Count;
import io.github.geofix.core.internal.InputFiles;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The index file: a header, then the parts of each segment in their memory layout.
 *
 * <pre>
 *   8 bytes   "GFINDEX" and a zero
 *   4         version, big-endian as all of the header
 *   4         length of the header's body, H
 *   H         body: file length, dimension, metric, encoding, rerank, encoder; for each segment its
 *             rows and each part's offset, length and CRC-32C; the deletion marks likewise
 *   32        SHA-256 of the body
 *   ...       parts, little-endian, each aligned to 4096 bytes
 * </pre>
 *
 * <p>Opening reads the header and the deletion marks, one bit per row, and maps everything else.
 * {@link #verify} reads and checks all parts.
 */
final class IndexFile {
  /** More need {@link EmbeddingIndex#compact()}. */
  static final int MAX_SEGMENTS = 4096;

  private static final byte[] MAGIC = {'G', 'F', 'I', 'N', 'D', 'E', 'X', 0};
  private static final int VERSION = 1;
  private static final int PREFIX_BYTES = MAGIC.length + 2 * Integer.BYTES;
  private static final int DIGEST_BYTES = 32;
  private static final int MAX_BODY_BYTES = 1 << 20;
  private static final int PAGE = 4096;

  /** The contents of an index file. */
  record Content(
      int dimension, EmbeddingIndex.Options options, List<Segment> segments, BitSet deleted) {}

  /** The position of a part in the file. */
  private record Extent(long offset, long length, long checksum) {
    void write(DataOutputStream out) throws IOException {
      out.writeLong(offset);
      out.writeLong(length);
      out.writeLong(checksum);
    }

    static Extent read(DataInputStream in) throws IOException {
      return new Extent(in.readLong(), in.readLong(), in.readLong());
    }
  }

  private IndexFile() {}

  static void write(Path file, Content content) {
    int count = content.segments().size();
    Writing whole = out -> content.segments().forEach(out::add);
    write(file, content.dimension(), content.options(), count, whole, content.deleted());
  }

  /**
   * Writes an index whose segments need not be in memory together.
   *
   * @param segments adds them one after the other, at most {@link #MAX_SEGMENTS}
   */
  static void write(Path file, int dimension, EmbeddingIndex.Options options, Writing segments) {
    write(file, dimension, options, MAX_SEGMENTS, segments, new BitSet());
  }

  /** Adds the segments of an index to its file. */
  interface Writing {
    void to(Writer out);
  }

  private static void write(
      Path file,
      int dimension,
      EmbeddingIndex.Options options,
      int mostSegments,
      Writing segments,
      BitSet deleted) {
    requireFew(mostSegments);
    AtomicFiles.write(
        file,
        out -> {
          Writer writer = new Writer(out, dimension, options, mostSegments);
          try {
            segments.to(writer);
          } catch (UncheckedIOException e) {
            throw Objects.requireNonNull(e.getCause());
          }
          writer.finish(deleted);
        });
  }

  private static void requireFew(int segments) {
    if (segments > MAX_SEGMENTS) {
      throw new IllegalStateException(
          segments
              + " segments are more than the "
              + MAX_SEGMENTS
              + " a file can hold: compact() the index first");
    }
  }

  /** Writes the parts of one file, then its header. */
  static final class Writer {
    private final FileChannel out;
    private final int dimension;
    private final EmbeddingIndex.Options options;
    private final List<Integer> rows = new ArrayList<>();
    private final List<Extent> extents = new ArrayList<>();
    private long end;

    Writer(FileChannel out, int dimension, EmbeddingIndex.Options options, int mostSegments)
        throws IOException {
      this.out = out;
      this.dimension = dimension;
      this.options = options;
      List<Integer> noRows = Collections.nCopies(mostSegments, 0);
      int parts = mostSegments * Segment.Part.values().length + 1;
      byte[] longest = body(noRows, Collections.nCopies(parts, new Extent(0, 0, 0)), 0);
      end = (long) PREFIX_BYTES + longest.length + DIGEST_BYTES;
    }

    /** Adds a segment, which is not needed any more. */
    void add(Segment segment) {
      rows.add(segment.rows());
      requireFew(rows.size());
      try {
        for (Segment.Part part : Segment.Part.values()) {
          add(segment.part(part));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void add(Section part) throws IOException {
      long offset = (end + PAGE - 1) / PAGE * PAGE;
      long checksum = part.writeTo(out, offset);
      extents.add(new Extent(offset, part.length(), checksum));
      end = offset + part.length();
    }

    void finish(BitSet deleted) throws IOException {
      byte[] marks = deleted.toByteArray();
      Section section = Section.allocate(marks.length, 1);
      section.put(0, marks);
      add(section);
      if (out.size() < end) {
        // Empty parts leave a gap before the end that nothing has written.
        out.write(ByteBuffer.allocate(1), end - 1);
      }
      byte[] body = body(rows, extents, end);
      ByteBuffer header = ByteBuffer.allocate(PREFIX_BYTES + body.length + DIGEST_BYTES);
      header.put(MAGIC).putInt(VERSION).putInt(body.length).put(body).put(sha256(body));
      out.position(0);
      header.flip();
      while (header.hasRemaining()) {
        out.write(header);
      }
    }

    private byte[] body(List<Integer> rows, List<Extent> extents, long fileLength)
        throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream body = new DataOutputStream(bytes);
      body.writeLong(fileLength);
      body.writeInt(dimension);
      body.writeUTF(options.metric().name());
      body.writeUTF(options.encoding().name());
      body.writeInt(options.rerank());
      body.writeUTF(options.encoder());
      body.writeInt(rows.size());
      Iterator<Extent> next = extents.iterator();
      for (int count : rows) {
        body.writeInt(count);
        for (int i = 0; i < Segment.Part.values().length; i++) {
          next.next().write(body);
        }
      }
      next.next().write(body);
      return bytes.toByteArray();
    }
  }

  /**
   * Maps a file.
   *
   * @throws ModelFormatException if it is no index, damaged, truncated or of another version
   */
  static Content open(Path file) {
    List<Segment> segments = new ArrayList<>();
    try (FileChannel in = FileChannel.open(InputFiles.find(file), StandardOpenOption.READ)) {
      return new Reader(file, in).read(segments);
    } catch (EOFException | UTFDataFormatException e) {
      segments.forEach(Segment::free);
      throw new ModelFormatException(
          "cannot open the index " + file + ": its header ends early", e);
    } catch (IOException e) {
      segments.forEach(Segment::free);
      throw cannotRead(file, e);
    } catch (RuntimeException e) {
      segments.forEach(Segment::free);
      throw e;
    }
  }

  /**
   * Reads the whole file and compares all checksums.
   *
   * @throws ModelFormatException if a byte is not what was written
   */
  static void verify(Path file) {
    try (FileChannel in = FileChannel.open(InputFiles.find(file), StandardOpenOption.READ)) {
      new Reader(file, in).verify();
    } catch (IOException e) {
      throw cannotRead(file, e);
    }
  }

  private static UncheckedIOException cannotRead(Path file, IOException e) {
    return e instanceof NoSuchFileException
        ? new UncheckedIOException("no such file: " + file, e)
        : new UncheckedIOException("cannot read " + file + ": " + InputFiles.reason(e), e);
  }

  private static byte[] sha256(byte[] bytes) {
    return Hashing.sha256().hashBytes(bytes).asBytes();
  }

  /** Reads one file; every number is checked before it is used. */
  private static final class Reader {
    private final Path file;
    private final FileChannel in;
    private final DataInputStream body;

    Reader(Path file, FileChannel in) throws IOException {
      this.file = file;
      this.in = in;
      this.body = new DataInputStream(new ByteArrayInputStream(body()));
    }

    private byte[] body() throws IOException {
      ByteBuffer prefix = read(0, PREFIX_BYTES);
      byte[] magic = new byte[MAGIC.length];
      prefix.get(magic);
      if (!Arrays.equals(magic, MAGIC)) {
        throw wrong("it does not begin as an index file does");
      }
      int version = prefix.getInt();
      if (version != VERSION) {
        throw wrong("it is of version " + version + ", this GeoFix reads version " + VERSION);
      }
      int length = prefix.getInt();
      if (length < 0 || length > MAX_BODY_BYTES) {
        throw wrong("its header claims " + length + " bytes, at most " + MAX_BODY_BYTES + " fit");
      }
      ByteBuffer rest = read(PREFIX_BYTES, length + DIGEST_BYTES);
      byte[] bytes = new byte[length];
      byte[] digest = new byte[DIGEST_BYTES];
      rest.get(bytes).get(digest);
      if (!Arrays.equals(digest, sha256(bytes))) {
        throw wrong("its header is damaged: the digest differs");
      }
      return bytes;
    }

    private ByteBuffer read(long position, int length) throws IOException {
      if (in.size() - position < length) {
        throw wrong("it is truncated: " + Count.of(in.size(), "bytes"));
      }
      ByteBuffer bytes = ByteBuffer.allocate(length);
      while (bytes.hasRemaining()) {
        if (in.read(bytes, position + bytes.position()) < 0) {
          throw wrong("it became shorter while it was read");
        }
      }
      return bytes.flip();
    }

    Content read(List<Segment> segments) throws IOException {
      long length = body.readLong();
      if (length != in.size()) {
        throw wrong("it should be " + length + " bytes long but is " + in.size());
      }
      int dimension = body.readInt();
      if (dimension < 1 || dimension > Segment.MAX_DIMENSION) {
        throw wrong("it claims dimension " + dimension);
      }
      Metric metric = constant(Metric.values());
      VectorEncoding encoding = constant(VectorEncoding.values());
      EmbeddingIndex.Options options;
      try {
        options = new EmbeddingIndex.Options(metric, encoding, body.readInt(), body.readUTF());
      } catch (IllegalArgumentException e) {
        throw wrong(String.valueOf(e.getMessage()));
      }
      Segment.Shape shape = new Segment.Shape(dimension, encoding);
      int count = body.readInt();
      if (count < 0 || count > MAX_SEGMENTS) {
        throw wrong("it claims " + count + " segments");
      }
      long rows = 0;
      for (int i = 0; i < count; i++) {
        Segment segment = segment(shape);
        segments.add(segment);
        rows += segment.rows();
      }
      if (rows > Integer.MAX_VALUE) {
        throw wrong("it claims " + rows + " rows");
      }
      return new Content(dimension, options, segments, deleted((int) rows));
    }

    private <E extends Enum<E>> E constant(E[] values) throws IOException {
      String name = body.readUTF();
      for (E value : values) {
        if (value.name().equals(name)) {
          return value;
        }
      }
      throw wrong("it claims \"" + name + "\", known are " + Arrays.toString(values));
    }

    private Segment segment(Segment.Shape shape) throws IOException {
      int rows = body.readInt();
      if (rows < 0) {
        throw wrong("a segment claims " + rows + " rows");
      }
      Map<Segment.Part, Section> parts = new EnumMap<>(Segment.Part.class);
      for (Segment.Part part : Segment.Part.values()) {
        Extent extent = extent();
        long expected = shape.bytes(part, rows);
        if (expected >= 0 && extent.length() != expected) {
          throw wrong(part + " has " + extent.length() + " bytes, needed are " + expected);
        }
        parts.put(part, Section.map(in, extent.offset(), extent.length(), shape.unit(part)));
      }
      return new Segment(shape, rows, parts);
    }

    private Extent extent() throws IOException {
      Extent extent = Extent.read(body);
      if (extent.offset() < 0
          || extent.length() < 0
          || extent.length() > in.size() - extent.offset()) {
        throw wrong("a part lies at " + extent.offset() + ", " + extent.length() + " bytes long");
      }
      return extent;
    }

    private BitSet deleted(int rows) throws IOException {
      Extent extent = extent();
      if (extent.length() > rows / 8 + 1) {
        throw wrong("its marks of deleted rows are longer than its rows");
      }
      byte[] marks = read(extent.offset(), (int) extent.length()).array();
      BitSet deleted = BitSet.valueOf(marks);
      if (deleted.length() > rows) {
        throw wrong("it marks rows as deleted that it does not have");
      }
      return deleted;
    }

    void verify() throws IOException {
      body.readLong();
      body.readInt();
      body.readUTF();
      body.readUTF();
      body.readInt();
      body.readUTF();
      int segments = body.readInt();
      for (int i = 0; i < segments; i++) {
        body.readInt();
        for (Segment.Part part : Segment.Part.values()) {
          verify(part.name(), extent());
        }
      }
      verify("the marks of deleted rows", extent());
    }

    private void verify(String part, Extent extent) throws IOException {
      Section section = Section.map(in, extent.offset(), extent.length(), 1);
      try {
        if (section.checksum() != extent.checksum()) {
          throw wrong(part + " is damaged: the checksum differs");
        }
      } finally {
        section.free();
      }
    }

    private ModelFormatException wrong(String what) {
      return new ModelFormatException("cannot open the index " + file + ": " + what);
    }
  }
}
