package io.github.geofix.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MultipartTest {
  private static final byte[] BINARY = {0, 13, 10, 45, 45, 120, 13, 10, 13, 10, -1};

  /** Returns a form of two parts. */
  static byte[] form(String boundary, String name, byte[] value, String other, byte[] second) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    part(out, boundary, name, value);
    part(out, boundary, other, second);
    out.writeBytes(("--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8));
    return out.toByteArray();
  }

  private static void part(ByteArrayOutputStream out, String boundary, String name, byte[] value) {
    String head =
        "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n".formatted(boundary, name);
    out.writeBytes(head.getBytes(StandardCharsets.UTF_8));
    out.writeBytes(value);
    out.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
  }

  private static List<Multipart.Part> parse(String body, String type) {
    return Multipart.parse(body.getBytes(StandardCharsets.UTF_8), type);
  }

  @Test
  void keepsBinaryPartsAsTheyAre() {
    byte[] body =
        form(
            "yz",
            "photo\"; filename=\"é b.jpg",
            BINARY,
            "top",
            "3".getBytes(StandardCharsets.UTF_8));
    List<Multipart.Part> parts = Multipart.parse(body, "multipart/form-data; boundary=\"yz\"");
    assertThat(parts).hasSize(2);
    assertThat(parts.get(0).bytes()).isEqualTo(BINARY);
    assertThat(parts.get(0).name()).isEqualTo("photo");
    assertThat(parts.get(0).file()).hasValue("é b.jpg");
    assertThat(parts.get(1).text()).isEqualTo("3");
    assertThat(parts.get(1).file()).isEmpty();
  }

  @Test
  void readsEmptyPartsAndWhatComesBefore() {
    List<Multipart.Part> parts =
        parse(
            "preamble\r\n--b\r\ncontent-disposition: form-data; name=a\r\n\r\n\r\n--b--",
            "multipart/form-data; charset=x; boundary=b");
    assertThat(parts).hasSize(1);
    assertThat(parts.get(0).name()).isEqualTo("a");
    assertThat(parts.get(0).bytes()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--b",
        "--c\r\n\r\n--c--",
        "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nno end",
        "--b\r\nContent-Disposition: form-data; name=\"a\"",
        "--b\r\nX: y\r\n\r\n1\r\n--b--",
      })
  void refusesWhatIsNoForm(String body) {
    assertThatThrownBy(() -> parse(body, "multipart/form-data; boundary=b"))
        .isInstanceOf(Refusal.class)
        .hasMessageStartingWith("the body is not multipart/form-data: ");
  }

  @Test
  void refusesTooManyParts() {
    String part = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n";
    assertThat(parse(part.repeat(20) + "--b--", "multipart/form-data; boundary=b")).hasSize(20);
    assertThatThrownBy(() -> parse(part.repeat(21) + "--b--", "multipart/form-data; boundary=b"))
        .hasMessageEndingWith("more than 20 parts");
  }
}
