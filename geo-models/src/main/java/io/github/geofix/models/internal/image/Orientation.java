package io.github.geofix.models.internal.image;

import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifDirectoryBase;
import com.drew.metadata.exif.ExifIFD0Directory;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How a camera was held, the eight values of EXIF tag 0x0112 (CIPA DC-008, 4.6.4 A).
 *
 * @param transposed true if rows and columns of the stored image are swapped, before the rest
 * @param mirrored true if left and right are swapped
 * @param upsideDown true if top and bottom are swapped
 */
public record Orientation(boolean transposed, boolean mirrored, boolean upsideDown) {
  private static final Orientation UPRIGHT = new Orientation(false, false, false);

  /** XMP has the tag as an attribute or an element; Pillow searches for it in the same way. */
  private static final Pattern XMP = Pattern.compile("tiff:Orientation(?:=[\"']|>)([1-8])");

  /**
   * Returns the orientation that the metadata in a photo's file states, upright if none. EXIF goes
   * before XMP.
   */
  public static Orientation of(Metadata exif, List<String> xmp) {
    return exif.getDirectoriesOfType(ExifIFD0Directory.class).stream()
        .map(directory -> directory.getInteger(ExifDirectoryBase.TAG_ORIENTATION))
        .filter(value -> value != null)
        .findFirst()
        .or(() -> xmp.stream().flatMap(Orientation::tagOf).findFirst())
        .map(Orientation::ofTag)
        .orElse(UPRIGHT);
  }

  private static Stream<Integer> tagOf(String xmp) {
    Matcher tag = XMP.matcher(xmp);
    return tag.find() ? Stream.of(Integer.valueOf(tag.group(1))) : Stream.empty();
  }

  private static Orientation ofTag(int value) {
    return switch (value) {
      case 2 -> new Orientation(false, true, false);
      case 3 -> new Orientation(false, true, true);
      case 4 -> new Orientation(false, false, true);
      case 5 -> new Orientation(true, false, false);
      case 6 -> new Orientation(true, true, false);
      case 7 -> new Orientation(true, true, true);
      case 8 -> new Orientation(true, false, true);
      default -> UPRIGHT;
    };
  }

  /** Returns whether the stored image is upright already. */
  public boolean isUpright() {
    return equals(UPRIGHT);
  }

  /** Returns the upright form of an image of {@link Pixels}; itself if it is upright. */
  public BufferedImage apply(BufferedImage stored) {
    if (isUpright()) {
      return stored;
    }
    int width = transposed ? stored.getHeight() : stored.getWidth();
    int height = transposed ? stored.getWidth() : stored.getHeight();
    BufferedImage upright = Pixels.create(width, height);
    byte[] from = Pixels.bytes(stored);
    byte[] to = Pixels.bytes(upright);
    // Offsets into the stored bytes of one step to the right and of one step down.
    int right = transposed ? 3 * stored.getWidth() : 3;
    int down = transposed ? 3 : 3 * stored.getWidth();
    int start = (mirrored ? right * (width - 1) : 0) + (upsideDown ? down * (height - 1) : 0);
    right = mirrored ? -right : right;
    down = upsideDown ? -down : down;
    int at = 0;
    for (int y = 0; y < height; y++) {
      int i = start + down * y;
      for (int x = 0; x < width; x++) {
        to[at] = from[i];
        to[at + 1] = from[i + 1];
        to[at + 2] = from[i + 2];
        at += 3;
        i += right;
      }
    }
    return upright;
  }
}
