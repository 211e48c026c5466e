package io.github.geofix.models.image;

import com.drew.imaging.FileType;
import com.drew.imaging.FileTypeDetector;
import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.imaging.jpeg.JpegMetadataReader;
import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifReader;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;

/** The metadata that cameras write into photos. */
final class Exif {
  private Exif() {}

  /** Returns the metadata of a photo's file, empty if there is none or it is damaged. */
  static Metadata metadata(byte[] file) {
    try {
      BufferedInputStream in = new BufferedInputStream(new ByteArrayInputStream(file));
      FileType type = FileTypeDetector.detectFileType(in);
      return type == FileType.Jpeg
          // Without the color profiles and vendors' segments, which take longer to read.
          ? JpegMetadataReader.readMetadata(in, List.of(new ExifReader()))
          : ImageMetadataReader.readMetadata(in, file.length, type);
    } catch (IOException | ImageProcessingException | RuntimeException e) {
      // Photos with broken metadata are common, and their pixels are fine.
      return new Metadata();
    }
  }
}
