package io.github.geofix.models.image;

import com.drew.imaging.tiff.TiffProcessingException;
import com.drew.imaging.tiff.TiffReader;
import com.drew.lang.ByteArrayReader;
import com.drew.lang.RandomAccessReader;
import com.drew.metadata.Directory;
import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifDirectoryBase;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifSubIFDDirectory;
import com.drew.metadata.exif.GpsDirectory;
import com.drew.metadata.tiff.DirectoryTiffHandler;
import java.io.IOException;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The tags of photos that are used: of EXIF the orientation, the capture time and the position, of
 * TIFF the kind of samples. Others are stepped over: vendors' notes and previews of a hostile file
 * would take memory and time.
 */
final class ExifTags {
  /** No value of a tag that is used is longer. */
  private static final int MAX_VALUE_BYTES = 256;

  private static final int EXIF_POINTER = 0x8769;
  private static final int GPS_POINTER = 0x8825;

  private static final Set<Integer> USED =
      Set.of(
          ExifDirectoryBase.TAG_ORIENTATION,
          ExifDirectoryBase.TAG_SAMPLE_FORMAT,
          ExifDirectoryBase.TAG_BITS_PER_SAMPLE,
          ExifDirectoryBase.TAG_SAMPLES_PER_PIXEL,
          ExifDirectoryBase.TAG_DATETIME_ORIGINAL,
          ExifDirectoryBase.TAG_SUBSECOND_TIME_ORIGINAL,
          ExifDirectoryBase.TAG_TIME_ZONE_ORIGINAL);
  private static final Set<Integer> USED_OF_GPS =
      Set.of(
          GpsDirectory.TAG_LATITUDE_REF,
          GpsDirectory.TAG_LATITUDE,
          GpsDirectory.TAG_LONGITUDE_REF,
          GpsDirectory.TAG_LONGITUDE);

  private ExifTags() {}

  /**
   * Returns whether the samples of a TIFF are unsigned whole numbers (TIFF 6.0, section 19:
   * SampleFormat), as they are where nothing is said.
   */
  static boolean hasUnsignedSamples(Metadata metadata) {
    return numbers(metadata, ExifDirectoryBase.TAG_SAMPLE_FORMAT)
        .noneMatch(format -> format == 2 || format == 3);
  }

  /** Returns the bits of the widest sample of a TIFF; 0 if nothing is said. */
  static long bitsPerSample(Metadata metadata) {
    return numbers(metadata, ExifDirectoryBase.TAG_BITS_PER_SAMPLE).max().orElse(0);
  }

  /** Returns the samples of a pixel of a TIFF; 1 if nothing is said. */
  static long samplesPerPixel(Metadata metadata) {
    return numbers(metadata, ExifDirectoryBase.TAG_SAMPLES_PER_PIXEL).max().orElse(1);
  }

  private static LongStream numbers(Metadata metadata, int tag) {
    return metadata.getDirectoriesOfType(ExifIFD0Directory.class).stream()
        .filter(directory -> directory.containsTag(tag))
        .limit(1)
        .flatMapToLong(directory -> numbers(directory, tag));
  }

  private static LongStream numbers(Directory directory, int tag) {
    int[] several = directory.getIntArray(tag);
    Long one = directory.getLongObject(tag);
    if (several != null) {
      return IntStream.of(several).asLongStream();
    }
    return one == null ? LongStream.empty() : LongStream.of(one);
  }

  /** Returns the tags of a photo's file, empty if there are none or they are damaged. */
  static Metadata metadata(MetadataBlocks blocks) {
    Metadata metadata = new Metadata();
    for (byte[] block : blocks.exif()) {
      try {
        new TiffReader().processTiff(new ByteArrayReader(block), new Handler(metadata), 0);
      } catch (IOException | TiffProcessingException | RuntimeException e) {
        // Photos with broken metadata are common, and their pixels are fine.
      }
    }
    return metadata;
  }

  /** Keeps the tags that are used of the first directory, and of the two that it points to. */
  private static final class Handler extends DirectoryTiffHandler {
    /** TIFF 6.0, section 2: 42. */
    private static final int TIFF = 42;

    /** A format of TIFF's technical note 1, which metadata-extractor leaves to its handlers. */
    private static final int POINTER_FORMAT = 13;

    Handler(Metadata metadata) {
      super(metadata, null);
    }

    @Override
    public void setTiffMarker(int marker) throws TiffProcessingException {
      if (marker != TIFF) {
        throw new TiffProcessingException("not EXIF: " + marker);
      }
      pushDirectory(ExifIFD0Directory.class);
    }

    @Override
    public boolean tryEnterSubIfd(int tag) {
      if (!(_currentDirectory instanceof ExifIFD0Directory)) {
        return false;
      }
      if (tag == EXIF_POINTER) {
        pushDirectory(ExifSubIFDDirectory.class);
        return true;
      }
      if (tag == GPS_POINTER) {
        pushDirectory(GpsDirectory.class);
        return true;
      }
      return false;
    }

    @Override
    public boolean hasFollowerIfd() {
      return false;
    }

    @Override
    public @Nullable Long tryCustomProcessFormat(int tag, int format, long count) {
      return format == POINTER_FORMAT ? 4 * count : null;
    }

    @Override
    public boolean customProcessTag(
        int offset,
        Set<Integer> processed,
        int headerOffset,
        RandomAccessReader reader,
        int tag,
        int bytes) {
      Set<Integer> used = _currentDirectory instanceof GpsDirectory ? USED_OF_GPS : USED;
      return !used.contains(tag) || bytes > MAX_VALUE_BYTES;
    }
  }
}
