package io.github.geofix.core.internal;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What a file is by its first bytes, for errors about files that are not what was expected. */
public enum FileKind {
  /** The text file that git keeps instead of a large file. */
  GIT_LFS_POINTER("a Git LFS pointer, not the file itself; run git lfs pull, or download the file"),
  /** HTML. */
  WEB_PAGE("a web page, such as a login or error page; download the file again"),
  /** Also the container of .npz and of PyTorch's .pt. */
  ZIP("a zip file"),
  /** Python's serialization. */
  PICKLE("a Python pickle"),
  /** The format of iPhones. */
  HEIC(
      "a HEIC image, which is not read: convert it to JPEG, for example by heif-convert photo.heic"
          + " photo.jpg, or set the camera of the phone to its most compatible format"),
  /** AV1 in the container of HEIC. */
  AVIF(
      "an AVIF image, which is not read: convert it to PNG, for example by avifdec photo.avif"
          + " photo.png"),
  /** JPEG XL. */
  JPEG_XL(
      "a JPEG XL image, which is not read: convert it to PNG, for example by djxl photo.jxl"
          + " photo.png"),
  /** JPEG 2000. */
  JPEG_2000(
      "a JPEG 2000 image, which is not read: convert it to PNG, for example by opj_decompress -i"
          + " photo.jp2 -o photo.png"),
  /** Canon's CR3, in the container of MP4. */
  CAMERA_RAW(
      "a camera raw file, which is not read: convert it to JPEG, or use the JPEG that the camera"
          + " writes beside it"),
  /** Any other file in the container of MP4. */
  VIDEO("a video: extract one of its frames, for example by ffmpeg -i video.mp4 -frames:v 1 a.png"),
  /** PDF. */
  PDF("a PDF document: extract its images, for example by pdfimages"),
  /** SVG. */
  SVG("an SVG drawing: convert it to PNG");

  /** The number of bytes that {@link #of} reads. */
  public static final int START_BYTES = 64;

  private static final Set<String> HEIC_BRANDS =
      Set.of("heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1");
  private static final Set<String> AVIF_BRANDS = Set.of("avif", "avis");

  private final String text;

  FileKind(String text) {
    this.text = text;
  }

  /** Returns the kind with an article, and what to do; it follows "it is". */
  public String text() {
    return text;
  }

  /**
   * Returns the kind of a file.
   *
   * @param file the file, or its first {@link #START_BYTES} bytes
   * @return empty if the bytes show none of the kinds
   */
  public static Optional<FileKind> of(byte[] file) {
    int length = Math.min(file.length, START_BYTES);
    String start = new String(file, 0, length, StandardCharsets.ISO_8859_1);
    String text = start.stripLeading();
    String lower = text.toLowerCase(Locale.ROOT);
    if (text.startsWith("version https://git-lfs")) {
      return Optional.of(GIT_LFS_POINTER);
    }
    if (lower.startsWith("<!doctype html") || lower.startsWith("<html")) {
      return Optional.of(WEB_PAGE);
    }
    if (lower.startsWith("<svg") || (lower.startsWith("<?xml") && lower.contains("<svg"))) {
      return Optional.of(SVG);
    }
    if (start.startsWith("PK\003\004")) {
      return Optional.of(ZIP);
    }
    if (length > 1 && file[0] == (byte) 0x80 && file[1] >= 2 && file[1] <= 5) {
      return Optional.of(PICKLE);
    }
    if (start.startsWith("%PDF-")) {
      return Optional.of(PDF);
    }
    if (start.startsWith("\u00ff\n") || start.startsWith("\0\0\0\fJXL \r\n")) {
      return Optional.of(JPEG_XL);
    }
    if (start.startsWith("\0\0\0\fjP  \r\n") || start.startsWith("\u00ffO\u00ffQ")) {
      return Optional.of(JPEG_2000);
    }
    return start.startsWith("ftyp", 4) ? Optional.of(ofBrands(start)) : Optional.empty();
  }

  /** ISO/IEC 14496-12, 4.3: the major brand, a version, then the compatible brands. */
  private static FileKind ofBrands(String start) {
    int end = Math.min(start.length(), start.charAt(3) + (start.charAt(2) << 8));
    boolean heic = false;
    for (int at = 8; at + 4 <= end; at += 4) {
      String brand = start.substring(at, at + 4);
      if (AVIF_BRANDS.contains(brand)) {
        return AVIF;
      }
      if (brand.equals("jxl ")) {
        return JPEG_XL;
      }
      if (brand.equals("crx ")) {
        return CAMERA_RAW;
      }
      heic |= HEIC_BRANDS.contains(brand);
    }
    return heic ? HEIC : VIDEO;
  }
}
