package io.github.geofix.core.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever the bytes, a file is read or refused with a {@link ModelFormatException}. */
class SafetensorsFuzzTest {

  @Property
  void readsOrRefusesAnyHeader(@ForAll("headers") String header, @ForAll byte[] data) {
    readOrRefuse(file(header, data));
  }

  @Property
  void readsOrRefusesADamagedFile(
      @ForAll("positions") int position, @ForAll byte value, @ForAll("positions") int length) {
    byte[] whole =
        file(
            "{\"__metadata__\":{\"a\":\"b\"},"
                + "\"x\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},"
                + "\"y\":{\"dtype\":\"BOOL\",\"shape\":[],\"data_offsets\":[8,9]}}",
            new byte[9]);
    whole[position % whole.length] = value;
    readOrRefuse(whole);
    readOrRefuse(Arrays.copyOf(whole, length % whole.length));
  }

  @Provide
  Arbitrary<Integer> positions() {
    return Arbitraries.integers().between(0, 100_000);
  }

  @Provide
  Arbitrary<String> headers() {
    Arbitrary<String> number =
        Arbitraries.of(
            "0", "1", "2", "8", "-1", "1e3", "1.0", "\"1\"", "null", "9223372036854775807", "[]");
    Arbitrary<String> numbers =
        number.list().ofMaxSize(4).map(list -> "[" + String.join(",", list) + "]");
    Arbitrary<String> dtype = Arbitraries.of("\"F32\"", "\"U8\"", "\"BOOL\"", "\"F7\"", "1", "{}");
    Arbitrary<String> tensor =
        Combinators.combine(dtype, numbers, numbers)
            .as("{\"dtype\":%s,\"shape\":%s,\"data_offsets\":%s}"::formatted);
    Arbitrary<String> name = Arbitraries.of("\"a\"", "\"b\"", "\"__metadata__\"", "a", "\"\"");
    Arbitrary<String> entry =
        Combinators.combine(name, Arbitraries.oneOf(tensor, number)).as((n, t) -> n + ":" + t);
    Arbitrary<String> object =
        entry.list().ofMaxSize(3).map(list -> "{" + String.join(",", list) + "}");
    return Arbitraries.oneOf(object, Arbitraries.strings().ofMaxLength(40));
  }

  private static byte[] file(String header, byte[] data) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + json.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .put(data)
        .array();
  }

  private static void readOrRefuse(byte[] bytes) {
    try {
      Path file = Files.createTempFile("fuzz", ".safetensors");
      try {
        Files.write(file, bytes);
        try (Safetensors read = Safetensors.open(file)) {
          for (String name : read.names()) {
            assertThat(read.doubles(name)).hasSize((int) read.count(name));
          }
        } catch (ModelFormatException e) {
          assertThat(e).hasMessageContaining("is not a safetensors file");
        }
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
