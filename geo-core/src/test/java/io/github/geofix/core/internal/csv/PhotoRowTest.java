package io.github.geofix.core.internal.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.geofix.core.Manifest;
import io.github.geofix.core.geodesy.LatLng;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PhotoRowTest {
  private final Path file;

  PhotoRowTest(@TempDir Path folder) {
    this.file = folder.resolve("photos.csv");
  }

  private List<PhotoRow> read(String text) throws IOException {
    return PhotoRow.readCsv(Files.writeString(file, text));
  }

  @Test
  void needsNoPositions() throws IOException {
    List<PhotoRow> photos = read("Time,Image\nnoon,a.jpg\n\nlater,sub/b.jpg\n");
    assertThat(photos.get(0).image()).isEqualTo(file.resolveSibling("a.jpg"));
    assertThat(photos.get(0).latLng()).isEmpty();
    assertThat(photos.get(0).extra()).containsEntry("time", "noon");
    assertThat(photos.get(1).image()).isEqualTo(file.resolveSibling("sub/b.jpg"));
    assertThat(photos.get(1).line()).isEqualTo(4);
  }

  @Test
  void keepsThePositionsThatThereAre() throws IOException {
    List<PhotoRow> photos = read("image,lat,lng\na.jpg,48.5,-2\nb.jpg,, \n");
    assertThat(photos.get(0).latLng()).contains(new LatLng(48.5, -2));
    assertThat(photos.get(1).latLng()).isEmpty();
    assertThatThrownBy(() -> Manifest.readCsv(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(file + " line 3: not a number: \"\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                     | ' is empty: a header image is needed'
          time                   | ' has no column image: its header is time, needed is image'
          image,lat              | ' has no column longitude or lon or lng or long: its header is image,lat, \
          needed are image,latitude,longitude'
          image,lat,lon@a.jpg,1  | ' line 2: 2 fields, the header has 3'
          image,lat,lon@ ,1,2    | ' line 2: the image column is empty'
          image,lat,lon@a.jpg,1, | ' line 2: not a number: ""'
          image,lat,lon@a.jpg,48.8584f,2 | ' line 2: not a number: "48.8584f"'
          image,lat,lon@a.jpg,0x1.4p5,2 | ' line 2: not a number: "0x1.4p5"'
          image;lat;lon@a.jpg;48,5;2,1 | ' separates its fields by ";": write commas between fields, \
          and points in numbers'
          image\tlat\tlon@a.jpg\t48\t2 | ' separates its fields by tabs: write commas between \
          fields, and points in numbers'
          image,lat,lon@a.jpg,91,2 | ' line 2: latitude 91.0 is not within -90 to 90 degrees: \
          are latitude and longitude swapped?'
          """)
  void saysWhatIsWrongWithAList(String text, String message) {
    assertThatThrownBy(() -> read(text.replace('@', '\n')))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(file + message);
  }

  @Test
  void acceptsTheColumnLongAsBenchmarksWriteIt() throws IOException {
    assertThat(read("image,lat,long\na.jpg,48.5,-2\n").get(0).latLng())
        .contains(new LatLng(48.5, -2));
  }

  @Test
  void refusesTextOfAnotherEncoding() throws IOException {
    Files.write(file, "image\na.jpg\nWei\u00dfenburg.jpg\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> PhotoRow.readCsv(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(file + " line 3: not UTF-8 text: save the file in that encoding");
  }

  @Test
  void boundsTheLengthOfAField() throws IOException {
    assertThatThrownBy(() -> read("image\n" + "x".repeat(1 << 17) + "\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a field has more than 65536 characters")
        .hasMessageContaining("65536");
  }
}
