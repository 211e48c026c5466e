package io.github.geofix.models.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ExifTest {
  private static final int DATE_TIME = 0x9003;
  private static final int OFFSET = 0x9011;
  private static final int SUB_SECONDS = 0x9291;

  private final Path photo;

  ExifTest(@TempDir Path folder) {
    this.photo = folder.resolve("photo.jpg");
  }

  @ParameterizedTest
  @CsvSource({
    "2026:05:01 08:30:15, '', '', 2026-05-01T08:30:15Z",
    "2026:05:01 08:30:15, +02:00, '', 2026-05-01T06:30:15Z",
    "2026:05:01 08:30:15, -03:30, 25, 2026-05-01T12:00:15.250Z",
    "2024:02:29 23:59:59, '   :  ', '007 ', 2024-02-29T23:59:59.007Z",
  })
  void isTheInstantOfTheThreeEntries(String time, String offset, String fraction, String expected)
      throws IOException {
    Map<Integer, String> entries = new TreeMap<>(Map.of(DATE_TIME, time));
    entries.put(OFFSET, offset);
    entries.put(SUB_SECONDS, fraction);
    write(entries);
    assertThat(Exif.time(photo)).contains(Instant.parse(expected));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0000:00:00 00:00:00",
        "    :  :     :  :  ",
        "2026:02:29 08:00:00",
        "2026:13:01 08:00:00",
        "2026:05:01 24:00:00",
        "2026",
        "2026:05:01",
        "yesterday",
      })
  void isEmptyWhereNoCalendarHasTheTime(String time) throws IOException {
    write(Map.of(DATE_TIME, time));
    assertThat(Exif.time(photo)).isEmpty();
  }

  @Test
  void isEmptyWithoutMetadata() throws IOException {
    Files.write(photo, PhotosTest.resource("baseline.jpg"));
    assertThat(Exif.time(photo)).isEmpty();
  }

  @Test
  void saysWhichFileItCannotRead() {
    assertThatThrownBy(() -> Exif.time(photo))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("photo.jpg: there is no such file");
  }

  /** EXIF 2.32, section 4.6: IFD 0 leads to the Exif IFD, whose texts lie behind it. */
  private void write(Map<Integer, String> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write("Exif\0\0MM\0*".getBytes(StandardCharsets.US_ASCII));
    out.writeInt(8);
    int exifIfd = 8 + 2 + 12 + 4;
    out.writeShort(1);
    entry(out, 0x8769, 4, 1, exifIfd);
    out.writeInt(0);
    out.writeShort(entries.size());
    int texts = exifIfd + 2 + 12 * entries.size() + 4;
    StringBuilder behind = new StringBuilder();
    for (Map.Entry<Integer, String> each : entries.entrySet()) {
      // Padded to five characters: four or fewer, with the zero at the end, would stand inline.
      String text = "%-4s\0".formatted(each.getValue());
      entry(out, each.getKey(), 2, text.length(), texts + behind.length());
      behind.append(text);
    }
    out.writeInt(0);
    out.writeBytes(behind.toString());
    byte[] jpeg = PhotosTest.resource("baseline.jpg");
    Files.write(photo, PhotosTest.withSegment(jpeg, 0xe1, bytes.toByteArray()));
  }

  private static void entry(DataOutputStream out, int tag, int type, int count, int value)
      throws IOException {
    out.writeShort(tag);
    out.writeShort(type);
    out.writeInt(count);
    out.writeInt(value);
  }
}
