package io.github.geofix.core.internal.webp;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Scanner;
import java.util.stream.IntStream;

/** The numbers that VP8 fixes (RFC 6386), read from the file of that name. */
final class Vp8Tables {
  /** Probabilities of a coefficient's tokens. */
  static final int TOKEN_NODES = 11;

  static final int CONTEXTS = 3;
  static final int BANDS = 8;
  static final int BLOCK_KINDS = 4;
  static final int BLOCK_MODES = 10;
  static final int BLOCK_MODE_NODES = 9;
  private static final int QUANTIZERS = 128;

  /** Section 14.1, by index. */
  static final int[] DC_QUANTIZERS;

  static final int[] AC_QUANTIZERS;

  /** Section 11.5, by the mode above, the mode to the left and the node. */
  static final int[] BLOCK_MODE_PROBABILITIES;

  /** Section 13.4, by kind of block, band, context and node. */
  static final int[] UPDATE_PROBABILITIES;

  /** Section 13.5, likewise. */
  static final int[] TOKEN_PROBABILITIES;

  static {
    String name = "vp8-tables.txt";
    InputStream file = Objects.requireNonNull(Vp8Tables.class.getResourceAsStream(name), name);
    try (Scanner in = new Scanner(file, StandardCharsets.US_ASCII)) {
      in.useDelimiter("(?:\\s|#.*)+");
      int tokens = BLOCK_KINDS * BANDS * CONTEXTS * TOKEN_NODES;
      DC_QUANTIZERS = read(in, QUANTIZERS);
      AC_QUANTIZERS = read(in, QUANTIZERS);
      BLOCK_MODE_PROBABILITIES = read(in, BLOCK_MODES * BLOCK_MODES * BLOCK_MODE_NODES);
      UPDATE_PROBABILITIES = read(in, tokens);
      TOKEN_PROBABILITIES = read(in, tokens);
    }
  }

  private Vp8Tables() {}

  private static int[] read(Scanner in, int count) {
    return IntStream.generate(in::nextInt).limit(count).toArray();
  }
}
