package io.github.geofix.core.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The names of image files. */
public final class ImageFiles {

  /** The endings of the formats that photos are read from, without the dot. */
  public static final List<String> EXTENSIONS =
      List.of("bmp", "gif", "jpeg", "jpg", "png", "tif", "tiff", "webp");

  /** The endings of photos in formats that are refused with the program that converts them. */
  private static final List<String> NOT_READ = List.of("avif", "heic", "heif", "jxl");

  private ImageFiles() {}

  /** Returns whether a name ends as an image file does, in capital or small letters. */
  public static boolean isImage(Path file) {
    return EXTENSIONS.contains(extension(file.toString()));
  }

  /**
   * Returns whether a name ends as a photo's does, one that is read or one that has to be converted
   * before: none of a folder is passed over in silence.
   */
  public static boolean isPhoto(Path file) {
    return isImage(file) || NOT_READ.contains(extension(file.toString()));
  }

  /**
   * Returns the last part of a path without the ending of an image file; the last part itself if it
   * has another ending or none. Both kinds of slash separate parts.
   */
  public static String stem(String path) {
    String name = path.substring(path.replace('\\', '/').lastIndexOf('/') + 1);
    return EXTENSIONS.contains(extension(name)) ? name.substring(0, name.lastIndexOf('.')) : name;
  }

  private static String extension(String path) {
    return path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }
}
