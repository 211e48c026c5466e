package io.github.geofix.core.format;

import io.github.geofix.core.internal.Printable;
import io.github.geofix.core.internal.format.MappedFile;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The entries of a zip whose entries are stored, not compressed, so that they can be mapped.
 *
 * <p>Stricter than {@code java.util.zip}, because programs that disagree about what a zip holds are
 * a way around every check: the directory and the entries' own headers must agree, names must
 * differ in more than their case, entries must not overlap, and nothing may precede or follow the
 * zip.
 *
 * @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">the format</a>
 */
final class StoredZip {
  private static final int LOCAL = 0x04034b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int END = 0x06054b50;
  private static final int END_64 = 0x06064b50;
  private static final int LOCATOR_64 = 0x07064b50;
  private static final int LOCAL_BYTES = 30;
  private static final int CENTRAL_BYTES = 46;
  private static final int END_BYTES = 22;
  private static final int END_64_BYTES = 56;
  private static final int LOCATOR_64_BYTES = 20;
  private static final int EXTRA_64 = 1;
  private static final long FULL = 0xffffffffL;

  /** Sizes follow the data; names are UTF-8. */
  private static final int SIZES_FOLLOW = 1 << 3;

  private static final int KNOWN_FLAGS = SIZES_FOLLOW | 1 << 11;
  private static final int MAX_ENTRIES = 200_000;
  private static final int MAX_DIRECTORY_BYTES = 64 << 20;
  private static final int MAX_NAME_BYTES = 4096;

  /**
   * An entry.
   *
   * @param start its first byte in the file
   */
  record Entry(String name, long start, long size, int crc) {}

  private record Directory(long start, long size, long entries) {}

  private final MappedFile file;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /**
   * Reads the directory of a zip.
   *
   * @throws ModelFormatException if it is not such a zip
   */
  StoredZip(MappedFile file) {
    this.file = file;
    Directory directory = directory();
    if (directory.size() > MAX_DIRECTORY_BYTES || directory.entries() > MAX_ENTRIES) {
      throw refused("its directory has %d entries".formatted(directory.entries()));
    }
    ByteBuffer bytes = file.slice(directory.start(), (int) directory.size());
    Set<String> seen = new HashSet<>();
    for (long i = 0; i < directory.entries(); i++) {
      Entry entry = entry(bytes, directory.start());
      if (!seen.add(entry.name().toLowerCase(Locale.ROOT))) {
        throw refused("the entry " + Printable.of(entry.name()) + " occurs twice");
      }
      entries.put(entry.name(), entry);
    }
    if (bytes.hasRemaining()) {
      throw refused("its directory has bytes after the last entry");
    }
    checkOverlaps(directory.start());
  }

  /** Returns the entries by name, in the order of the directory. */
  Map<String, Entry> entries() {
    return entries;
  }

  private Directory directory() {
    long size = file.size();
    if (size < END_BYTES) {
      throw refused("it was cut off");
    }
    ByteBuffer end = file.slice(size - END_BYTES, END_BYTES);
    if (end.getInt() != END || end.getShort(20) != 0) {
      throw refused("it does not end as a zip does: it was cut off, or something was added");
    }
    int entries = Short.toUnsignedInt(end.getShort(10));
    long length = Integer.toUnsignedLong(end.getInt(12));
    long start = Integer.toUnsignedLong(end.getInt(16));
    boolean oneDisk =
        end.getShort(4) == 0 && end.getShort(6) == 0 && end.getShort(8) == end.getShort(10);
    long directoryEnd = size - END_BYTES;
    Directory directory = new Directory(start, length, entries);
    long locatorStart = size - END_BYTES - LOCATOR_64_BYTES;
    if (locatorStart >= END_64_BYTES
        && file.slice(locatorStart, LOCATOR_64_BYTES).getInt() == LOCATOR_64) {
      ByteBuffer locator = file.slice(locatorStart, LOCATOR_64_BYTES);
      directoryEnd = locator.getLong(8);
      if (directoryEnd != locatorStart - END_64_BYTES) {
        throw refused("its 64-bit directory is not where it should be");
      }
      ByteBuffer end64 = file.slice(directoryEnd, END_64_BYTES);
      directory = new Directory(end64.getLong(48), end64.getLong(40), end64.getLong(32));
      oneDisk &= end64.getInt() == END_64 && end64.getLong(24) == end64.getLong(32);
      boolean agree =
          (start == directory.start() || start == FULL)
              && (length == directory.size() || length == FULL)
              && (entries == directory.entries() || entries == 0xffff);
      if (!agree) {
        throw refused("its two directories differ");
      }
    }
    boolean fits =
        directory.start() >= 0
            && directory.size() >= 0
            && directory.entries() >= 0
            && directory.size() <= directoryEnd
            && directory.start() == directoryEnd - directory.size();
    if (!oneDisk || !fits) {
      throw refused("its directory is not where it should be: it was cut off or altered");
    }
    return directory;
  }

  private Entry entry(ByteBuffer directory, long directoryStart) {
    if (directory.remaining() < CENTRAL_BYTES
        || directory.getInt(directory.position()) != CENTRAL) {
      throw refused("its directory is damaged");
    }
    int at = directory.position();
    int flags = Short.toUnsignedInt(directory.getShort(at + 8));
    int method = Short.toUnsignedInt(directory.getShort(at + 10));
    int crc = directory.getInt(at + 16);
    long stored = Integer.toUnsignedLong(directory.getInt(at + 20));
    long size = Integer.toUnsignedLong(directory.getInt(at + 24));
    int nameBytes = Short.toUnsignedInt(directory.getShort(at + 28));
    int extraBytes = Short.toUnsignedInt(directory.getShort(at + 30));
    int commentBytes = Short.toUnsignedInt(directory.getShort(at + 32));
    long local = Integer.toUnsignedLong(directory.getInt(at + 42));
    directory.position(at + CENTRAL_BYTES);
    if (directory.remaining() < nameBytes + extraBytes + commentBytes) {
      throw refused("its directory is damaged");
    }
    String name = name(directory, nameBytes);
    ByteBuffer extra = directory.slice().order(directory.order()).limit(extraBytes);
    directory.position(directory.position() + extraBytes + commentBytes);
    if (size == FULL || stored == FULL || local == FULL) {
      ByteBuffer wide = wide(extra, name);
      size = size == FULL ? wideNumber(wide, name) : size;
      stored = stored == FULL ? wideNumber(wide, name) : stored;
      local = local == FULL ? wideNumber(wide, name) : local;
    }
    if (method != 0) {
      throw refused(
          "the entry " + Printable.of(name) + " is compressed; torch.save stores entries");
    }
    if ((flags & ~KNOWN_FLAGS) != 0) {
      throw refused("the entry %s has the flags 0x%x".formatted(Printable.of(name), flags));
    }
    if (stored != size || local < 0 || local > directoryStart - LOCAL_BYTES) {
      throw refused("the entry " + Printable.of(name) + " is not where it should be");
    }
    long start = dataStart(name, local, flags, crc, size);
    if (size < 0 || start > directoryStart || size > directoryStart - start) {
      throw refused("the entry " + Printable.of(name) + " reaches past the entries");
    }
    return new Entry(name, start, size, crc);
  }

  /** Checks an entry's own header against the directory; returns where its data begins. */
  private long dataStart(String name, long local, int flags, int crc, long size) {
    ByteBuffer header = file.slice(local, LOCAL_BYTES);
    int nameBytes = Short.toUnsignedInt(header.getShort(26));
    int extraBytes = Short.toUnsignedInt(header.getShort(28));
    long nameStart = local + LOCAL_BYTES;
    boolean agrees =
        header.getInt(0) == LOCAL
            && Short.toUnsignedInt(header.getShort(6)) == flags
            && header.getShort(8) == 0
            && nameBytes <= MAX_NAME_BYTES
            && nameStart + nameBytes <= file.size()
            && name.equals(name(file.slice(nameStart, nameBytes), nameBytes));
    boolean sizesFollow =
        (flags & SIZES_FOLLOW) != 0
            && header.getInt(14) == 0
            && header.getInt(18) == 0
            && header.getInt(22) == 0;
    if (agrees && !sizesFollow) {
      long narrow = Math.min(size, FULL);
      long given = Integer.toUnsignedLong(header.getInt(22));
      agrees =
          header.getInt(14) == crc
              && header.getInt(18) == header.getInt(22)
              && (given == narrow || given == FULL);
    }
    if (!agrees) {
      throw refused(
          "the header of the entry " + Printable.of(name) + " differs from that in the directory");
    }
    return nameStart + nameBytes + extraBytes;
  }

  private String name(ByteBuffer bytes, int length) {
    if (length == 0 || length > MAX_NAME_BYTES) {
      throw refused("an entry has a name of " + length + " bytes");
    }
    ByteBuffer utf8 = bytes.slice().limit(length);
    bytes.position(bytes.position() + length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
    } catch (CharacterCodingException e) {
      throw refused("the name of an entry is not UTF-8");
    }
  }

  /** Finds the 64-bit numbers among the extra fields. */
  private ByteBuffer wide(ByteBuffer extra, String name) {
    while (extra.remaining() >= 4) {
      int id = Short.toUnsignedInt(extra.getShort());
      int length = Short.toUnsignedInt(extra.getShort());
      if (length > extra.remaining()) {
        break;
      }
      if (id == EXTRA_64) {
        return extra.slice().order(extra.order()).limit(length);
      }
      extra.position(extra.position() + length);
    }
    throw refused("the entry " + Printable.of(name) + " has no 64-bit size");
  }

  private long wideNumber(ByteBuffer wide, String name) {
    if (wide.remaining() < 8) {
      throw refused("the entry " + Printable.of(name) + " has no 64-bit size");
    }
    return wide.getLong();
  }

  private void checkOverlaps(long directoryStart) {
    List<Entry> sorted = new ArrayList<>(entries.values());
    sorted.sort(Comparator.comparingLong(Entry::start));
    long end = 0;
    for (Entry entry : sorted) {
      // Each entry's header is between it and the one before.
      long header = (long) LOCAL_BYTES + entry.name().getBytes(StandardCharsets.UTF_8).length;
      if (entry.start() - header < end) {
        throw refused("the entry " + Printable.of(entry.name()) + " overlaps another");
      }
      end = entry.start() + entry.size();
    }
    if (end > directoryStart) {
      throw refused("its entries overlap its directory");
    }
  }

  private ModelFormatException refused(String reason) {
    return TorchCheckpoint.refused(file.path(), reason);
  }
}
