package io.github.geofix.models.image;

import io.github.geofix.core.internal.webp.WebpChunk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The blocks of EXIF and XMP in the file of a photo: JPEG, PNG, WebP or TIFF. Other parts of the
 * file are stepped over, and what is compressed is unpacked up to a limit, so that the time is that
 * of walking through the file once.
 *
 * @param exif blocks that begin as a TIFF file does, in the order of the file
 * @param xmp packets of XML, in the order of the file
 */
record MetadataBlocks(List<byte[]> exif, List<String> xmp) {
  /** The most bytes of a text of a PNG that are unpacked, and of a packet that are kept. */
  private static final int MAX_TEXT = 1 << 20;

  /** The most compressed texts of a PNG that are unpacked. */
  private static final int MAX_TEXTS = 8;

  private static final byte[] EXIF_START = ascii("Exif\0\0");
  private static final byte[] XMP_START = ascii("http://ns.adobe.com/xap/1.0/\0");
  private static final byte[] PNG_START = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  private static final int START_OF_SCAN = 0xda;
  private static final int APP1 = 0xe1;

  private MetadataBlocks() {
    this(new ArrayList<>(), new ArrayList<>());
  }

  /** Finds the blocks of a file, which may be damaged; there are none in other formats. */
  static MetadataBlocks of(byte[] file) {
    MetadataBlocks blocks = new MetadataBlocks();
    if (startsWith(file, 0, new byte[] {(byte) 0xff, (byte) 0xd8})) {
      blocks.addOfJpeg(file);
    } else if (startsWith(file, 0, PNG_START)) {
      blocks.addOfPng(file);
    } else if (WebpChunk.isWebp(file)) {
      blocks.addOfWebp(file);
    } else if (isTiff(file)) {
      blocks.exif.add(file);
    }
    return blocks;
  }

  /** Returns whether the file begins as a TIFF, other than a BigTIFF. */
  static boolean isTiff(byte[] file) {
    return startsWith(file, 0, new byte[] {'I', 'I', 42, 0})
        || startsWith(file, 0, new byte[] {'M', 'M', 0, 42});
  }

  private void addOfJpeg(byte[] file) {
    int at = 2;
    while (at + 4 <= file.length && (file[at] & 0xff) == 0xff) {
      int marker = file[at + 1] & 0xff;
      if (marker == 0xff) {
        at++;
        continue;
      }
      if (marker == START_OF_SCAN) {
        return;
      }
      int end = at + 2 + ((file[at + 2] & 0xff) << 8 | (file[at + 3] & 0xff));
      if (marker == APP1 && end <= file.length) {
        addProfile(Arrays.copyOfRange(file, at + 4, Math.max(at + 4, end)));
      }
      at = end;
    }
  }

  /** Adds the content of an APP1 segment, or of a chunk that has the same. */
  private void addProfile(byte[] content) {
    if (startsWith(content, 0, EXIF_START)) {
      exif.add(Arrays.copyOfRange(content, EXIF_START.length, content.length));
    } else if (startsWith(content, 0, XMP_START)) {
      addXmp(Arrays.copyOfRange(content, XMP_START.length, content.length));
    } else if (isTiff(content)) {
      exif.add(content);
    }
  }

  private void addXmp(byte[] packet) {
    // What is searched for is ASCII.
    xmp.add(new String(packet, 0, Math.min(packet.length, MAX_TEXT), StandardCharsets.ISO_8859_1));
  }

  private void addOfWebp(byte[] file) {
    WebpChunk.find(file, "EXIF").ifPresent(chunk -> addProfile(content(file, chunk)));
    WebpChunk.find(file, "XMP ").ifPresent(chunk -> addXmp(content(file, chunk)));
  }

  private static byte[] content(byte[] file, WebpChunk chunk) {
    return Arrays.copyOfRange(file, chunk.start(), chunk.start() + chunk.length());
  }

  // PNG, third edition: https://www.w3.org/TR/png-3/#11Chunks

  private void addOfPng(byte[] file) {
    ByteBuffer chunks = ByteBuffer.wrap(file);
    int texts = 0;
    long at = PNG_START.length;
    while (at + 12 <= file.length) {
      long size = chunks.getInt((int) at) & 0xffffffffL;
      int start = (int) at + 8;
      if (start + size > file.length) {
        return;
      }
      String type = new String(file, (int) at + 4, 4, StandardCharsets.ISO_8859_1);
      if (type.equals("eXIf")) {
        addProfile(Arrays.copyOfRange(file, start, start + (int) size));
      } else if ((type.equals("tEXt") || type.equals("zTXt") || type.equals("iTXt"))
          && isWanted(file, start)
          && texts++ < MAX_TEXTS) {
        addText(type, file, start, start + (int) size);
      }
      at += 12 + size;
    }
  }

  private static boolean isWanted(byte[] file, int keyword) {
    return startsWith(file, keyword, ascii("XML:com.adobe.xmp\0"))
        || startsWith(file, keyword, ascii("Raw profile type "));
  }

  private void addText(String type, byte[] file, int start, int end) {
    int afterKeyword = after(file, start, end);
    String keyword =
        new String(file, start, afterKeyword - start, StandardCharsets.ISO_8859_1).strip();
    boolean compressed;
    int from;
    if (type.equals("iTXt")) {
      compressed = afterKeyword < end && file[afterKeyword] != 0;
      // A flag and a method of compression, then two more names that end in zero.
      from = after(file, after(file, Math.min(end, afterKeyword + 2), end), end);
    } else {
      compressed = type.equals("zTXt");
      from = Math.min(end, afterKeyword + (compressed ? 1 : 0));
    }
    byte[] text = Arrays.copyOfRange(file, from, end);
    if (compressed) {
      text = unpacked(text);
    }
    if (keyword.startsWith("XML:com.adobe.xmp")) {
      addXmp(text);
    } else {
      byte[] profile = ofHex(new String(text, StandardCharsets.ISO_8859_1));
      if (keyword.startsWith("Raw profile type xmp")) {
        addXmp(profile);
      } else {
        addProfile(profile);
      }
    }
  }

  /** Returns the index after the next zero; the end if there is none. */
  private static int after(byte[] file, int from, int end) {
    for (int i = from; i < end; i++) {
      if (file[i] == 0) {
        return i + 1;
      }
    }
    return end;
  }

  /** Unpacks a text; empty if it is damaged or too long. */
  private static byte[] unpacked(byte[] packed) {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(packed);
      byte[] text = new byte[Math.min(MAX_TEXT, 1 << 12)];
      int length = 0;
      while (!inflater.finished()) {
        if (length == text.length) {
          if (length == MAX_TEXT) {
            return new byte[0];
          }
          text = Arrays.copyOf(text, Math.min(MAX_TEXT, 4 * length));
        }
        int count = inflater.inflate(text, length, text.length - length);
        if (count == 0 && !inflater.finished()) {
          return new byte[0];
        }
        length += count;
      }
      return Arrays.copyOf(text, length);
    } catch (DataFormatException e) {
      return new byte[0];
    } finally {
      inflater.end();
    }
  }

  /**
   * Reads a raw profile, as ImageMagick and ExifTool write it: a line feed, the name, the number of
   * bytes, then lines of hexadecimal digits.
   */
  private static byte[] ofHex(String text) {
    String[] lines = text.stripLeading().split("\n", 3);
    if (lines.length < 3 || lines[2].length() > 2 * MAX_TEXT) {
      return new byte[0];
    }
    try {
      return HexFormat.of().parseHex(lines[2].replaceAll("\\s", ""));
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  static boolean startsWith(byte[] file, int at, byte[] text) {
    return at + text.length <= file.length
        && Arrays.equals(file, at, at + text.length, text, 0, text.length);
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
