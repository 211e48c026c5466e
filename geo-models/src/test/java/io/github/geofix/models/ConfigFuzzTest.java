package io.github.geofix.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.github.geofix.core.LoadOptions;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.models.io.ModelFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Model folders whose config.json is wrong in any way load, or fail by a {@link
 * ModelFormatException}. {@code -Dfuzz.seconds=600} tries longer.
 */
final class ConfigFuzzTest {
  private static final Path FOLDERS = Path.of("src/test/resources/folders");
  private static final int SECONDS = Integer.getInteger("fuzz.seconds", 1);

  private static final List<JsonElement> VALUES =
      Stream.of(
              "null",
              "true",
              "0",
              "-1",
              "1",
              "7",
              "0.5",
              "1e99",
              "1e999999999",
              "2147483647",
              "2147483648",
              "-9223372036854775809",
              "16777217",
              "\"\"",
              "\"NaN\"",
              "\"java.lang.Runtime\"",
              "\"torchscript:../../x\"",
              "\"resnet50\"",
              "\"\\u0000\"",
              "\"none\"",
              "[]",
              "[[]]",
              "[1, null]",
              "[1, 1]",
              "[9, 3, 1]",
              "{}",
              "{\"type\": \"none\"}",
              "{\"type\": \"x\", \"a\": 1}")
          .map(JsonParser::parseString)
          .toList();

  @TempDir private Path temp;

  @ParameterizedTest
  @ValueSource(strings = {"embed", "recombine", "token", "zoom"})
  void aMisfitIsAFormatError(String method) throws IOException {
    Path folder = Files.createDirectory(temp.resolve(method));
    try (Stream<Path> files = Files.list(FOLDERS.resolve(method))) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    String good = Files.readString(folder.resolve("config.json"));
    long seed = Long.getLong("fuzz.seed", System.nanoTime());
    long end = System.nanoTime() + SECONDS * 1_000_000_000L;
    int misfits = 0;
    while (System.nanoTime() < end) {
      seed++;
      Random random = new Random(seed);
      byte[] config = random.nextInt(5) == 0 ? damaged(good, random) : changed(good, random);
      Files.write(folder.resolve("config.json"), config);
      if (!loads(folder, seed + ": " + new String(config, StandardCharsets.UTF_8))) {
        misfits++;
      }
    }
    assertThat(misfits).isPositive();
  }

  private static boolean loads(Path folder, String described) {
    try {
      ModelFolder opened = ModelFolder.open(folder, LoadOptions.defaults().withAllowCode(true));
      Family.of(opened).load(opened).close();
      return true;
    } catch (ModelFormatException e) {
      assertThat(e).as(described).message().isNotBlank();
    } catch (UncheckedIOException e) {
      // A map or another file that is named and not there.
      assertThat(e).as(described).message().isNotBlank();
    } catch (RuntimeException | Error e) {
      throw new AssertionError(described, e);
    }
    return false;
  }

  private static byte[] damaged(String good, Random random) {
    byte[] bytes = good.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i <= random.nextInt(3); i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  /** Replaces, removes or adds one or two values anywhere. */
  private static byte[] changed(String good, Random random) {
    JsonObject json = JsonParser.parseString(good).getAsJsonObject();
    for (int i = 0; i <= random.nextInt(2); i++) {
      List<Map.Entry<JsonObject, String>> places = new ArrayList<>();
      collect(json, places);
      Map.Entry<JsonObject, String> place = places.get(random.nextInt(places.size()));
      JsonObject object = place.getKey();
      switch (random.nextInt(8)) {
        case 0 -> object.remove(place.getValue());
        case 1 -> object.add(place.getValue() + "x", JsonNull.INSTANCE);
        case 2 -> object.add(place.getValue(), scaled(object.get(place.getValue()), random));
        default ->
            object.add(place.getValue(), VALUES.get(random.nextInt(VALUES.size())).deepCopy());
      }
    }
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static JsonElement scaled(JsonElement value, Random random) {
    if (value instanceof JsonPrimitive number && number.isNumber()) {
      double factor = List.of(-1.0, 2.0, 0.5, 10.0, 1000.0).get(random.nextInt(5));
      double scaled = number.getAsDouble() * factor;
      return scaled == Math.rint(scaled)
          ? new JsonPrimitive((long) scaled)
          : new JsonPrimitive(scaled);
    }
    JsonArray array = new JsonArray();
    array.add(value);
    return array;
  }

  private static void collect(JsonElement at, List<Map.Entry<JsonObject, String>> places) {
    if (at instanceof JsonObject object) {
      object
          .asMap()
          .forEach(
              (name, value) -> {
                places.add(Map.entry(object, name));
                collect(value, places);
              });
    } else if (at instanceof JsonArray array) {
      array.forEach(value -> collect(value, places));
    }
  }
}
