package io.github.geofix.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CsvFileTest {
  private final Path file;

  CsvFileTest(@TempDir Path folder) {
    this.file = folder.resolve("list.csv");
  }

  /** Collects names and numbers. */
  private static final class Numbers implements CsvFile.Rows {
    final List<String> names = new ArrayList<>();
    final List<Double> numbers = new ArrayList<>();
    private int name;
    private int number;

    @Override
    public void header(List<String> header) {
      name = header.indexOf("name");
      number = header.indexOf("n");
    }

    @Override
    public void row(List<String> fields, long line) {
      names.add(fields.get(name));
      numbers.add(CsvFile.number(fields.get(number)));
    }
  }

  private Numbers read(String text, Charset charset) throws IOException {
    Files.write(file, text.getBytes(charset));
    Numbers rows = new Numbers();
    CsvFile.read(file, rows);
    return rows;
  }

  private Numbers read(String text) throws IOException {
    return read(text, StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource({"UTF-8,''", "UTF-8,\uFEFF", "UTF-16LE,\uFEFF", "UTF-16BE,\uFEFF"})
  void readsTextWithAndWithoutAByteOrderMark(Charset charset, String mark) throws IOException {
    Numbers rows = read(mark + " N ,Name\n1.5,Köln\n-2e3,\"a, b\"\n", charset);
    assertThat(rows.names).containsExactly("Köln", "a, b");
    assertThat(rows.numbers).containsExactly(1.5, -2000.0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name;n@a;1,5|separates its fields by \";\": write commas between fields, and points",
        "name\tn@a\t1.5|separates its fields by tabs",
        "name,n@a,\"48,8584\"|line 2: not a number: \"48,8584\"",
        "name,n@a,48.8584f|line 2: not a number: \"48.8584f\"",
        "name,n@a,0x1.4p5|line 2: not a number: \"0x1.4p5\"",
        "name,n@a, |line 2: not a number: \"\"",
      })
  void saysWhatIsWrong(String text, String message) {
    assertThatThrownBy(() -> read(text.replace('@', '\n')))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "+1.", ".5", "-0.5E+2", " 7 "})
  void takesDecimalNumbers(String text) {
    assertThat(CsvFile.number(text)).isEqualTo(Double.parseDouble(text));
  }

  @Test
  void refusesLatin1() {
    assertThatThrownBy(() -> read("name,n\nKöln,1\n", StandardCharsets.ISO_8859_1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(file + " line 2: not UTF-8 text: save the file in that encoding");
  }

  @Test
  void refusesAFieldThatDoesNotEnd() {
    String rest = "x,1\n".repeat(1 << 15);
    assertThatThrownBy(() -> read("name,n\nb,2\n\"a,1\n" + rest))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            file + ": a field has more than 65536 characters: is a quotation mark missing?")
        .hasMessageContaining("line 3");
  }

  @Test
  void saysThatThereIsNoFile() {
    assertThatThrownBy(() -> CsvFile.read(file, new Numbers()))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("no such file");
  }
}
