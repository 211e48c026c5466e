package io.github.geofix.models.image;

import java.util.Optional;

/**
 * The figures in a JPEG header that determine the work of decoding (ITU-T T.81, annex B).
 *
 * @param components the samples of a pixel
 * @param coefficientBytes the memory of a pixel that a decoder of several scans keeps, outside of
 *     Java's heap; 0 if the image is in one scan
 * @param scans the number of scans; no more than {@link #MAX_SCANS} + 1 are counted
 */
record JpegHeader(int components, double coefficientBytes, int scans) {
  /**
   * The most scans of one image. Encoders write about 10, optimizers up to some 30. The time of a
   * scan is that of its pixels, however few bytes it has.
   */
  static final int MAX_SCANS = 100;

  private static final int START_OF_SCAN = 0xda;
  private static final int END_OF_IMAGE = 0xd9;

  /** Returns the header of the first image; empty if the file is no JPEG or has no frame. */
  static Optional<JpegHeader> of(byte[] file) {
    if (file.length < 4 || (file[0] & 0xff) != 0xff || (file[1] & 0xff) != 0xd8) {
      return Optional.empty();
    }
    int frame = -1;
    for (int at = next(file, 2); at >= 0; at = next(file, afterSegment(file, at))) {
      int marker = file[at + 1] & 0xff;
      if (marker == START_OF_SCAN) {
        return frame < 0 ? Optional.empty() : Optional.of(of(file, frame, at));
      }
      if (isStartOfFrame(marker) && frame < 0 && at + 10 <= file.length) {
        frame = at;
      }
    }
    return Optional.empty();
  }

  private static JpegHeader of(byte[] file, int frame, int scan) {
    int components = file[frame + 9] & 0xff;
    boolean progressive = (file[frame + 1] & 0x03) == 0x02;
    boolean oneScan = !progressive && scan + 4 < file.length && file[scan + 4] == components;
    return oneScan
        ? new JpegHeader(components, 0, 1)
        : new JpegHeader(components, coefficientBytes(file, frame, components), scans(file, scan));
  }

  /** Two bytes a sample; fewer samples a pixel where the colors are subsampled. */
  private static double coefficientBytes(byte[] file, int frame, int components) {
    int samples = 0;
    int most = 1;
    for (int i = 0; i < components && frame + 11 + 3 * i < file.length; i++) {
      int factors = file[frame + 11 + 3 * i] & 0xff;
      int area = (factors >> 4) * (factors & 0xf);
      samples += area;
      most = Math.max(most, area);
    }
    return 2.0 * samples / most;
  }

  private static int scans(byte[] file, int first) {
    int scans = 0;
    for (int at = first; at >= 0 && scans <= MAX_SCANS; at = next(file, afterSegment(file, at))) {
      int marker = file[at + 1] & 0xff;
      if (marker == END_OF_IMAGE) {
        break;
      }
      if (marker == START_OF_SCAN) {
        scans++;
      }
    }
    return scans;
  }

  /**
   * Returns the index of the next marker that begins a segment, or ends the image; -1 if there is
   * none. Stuffed zeros, restart markers and fill bytes are stepped over.
   */
  private static int next(byte[] file, int from) {
    for (int i = Math.max(0, from); i + 1 < file.length; i++) {
      if (file[i] == (byte) 0xff) {
        int marker = file[i + 1] & 0xff;
        if (marker != 0 && marker != 0xff && marker != 0x01 && (marker & 0xf8) != 0xd0) {
          return i;
        }
      }
    }
    return -1;
  }

  private static int afterSegment(byte[] file, int at) {
    return at + 4 <= file.length
        ? at + 2 + Math.max(2, (file[at + 2] & 0xff) << 8 | (file[at + 3] & 0xff))
        : file.length;
  }

  static boolean isStartOfFrame(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  }
}
