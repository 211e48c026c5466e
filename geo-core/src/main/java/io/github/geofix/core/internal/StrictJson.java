package io.github.geofix.core.internal;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.ToNumberPolicy;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * JSON as RFC 8259 defines it, read without leniency: no comments, no duplicate names, nothing
 * after the value, at most 255 levels of nesting. Gson's own tree reader keeps the last of two
 * equal names.
 */
public final class StrictJson {
  private static final Gson PRETTY =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private StrictJson() {}

  /**
   * Parses a text that holds one value.
   *
   * @throws IllegalArgumentException if it is not strict JSON
   */
  public static JsonElement parse(String text) {
    try (JsonReader reader = new JsonReader(new StringReader(text))) {
      reader.setStrictness(Strictness.STRICT);
      JsonElement value = value(reader);
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        throw new IllegalArgumentException("there is more after the value");
      }
      return value;
    } catch (IOException | IllegalStateException e) {
      throw new IllegalArgumentException("this is not JSON: " + firstLine(e), e);
    }
  }

  /**
   * Reads a file that holds one object.
   *
   * @param maxBytes larger files are refused before they are read
   * @throws IllegalArgumentException if the file is missing, too large, not UTF-8 or not strict
   *     JSON
   * @throws UncheckedIOException if it cannot be read
   */
  public static JsonObject readObject(Path file, long maxBytes) {
    String text;
    try {
      InputFiles.find(file);
      if (Files.size(file) > maxBytes) {
        throw new IllegalArgumentException(file + " is larger than " + maxBytes + " bytes");
      }
      text = Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(file + " is not text in UTF-8", e);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("there is no file " + file, e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + InputFiles.reason(e), e);
    }
    try {
      if (parse(text) instanceof JsonObject object) {
        return object;
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("cannot read " + file + ": " + e.getMessage(), e);
    }
    throw new IllegalArgumentException(file + " holds no JSON object");
  }

  /** Returns a value as indented JSON that ends with a line break. */
  public static String print(JsonElement value) {
    return PRETTY.toJson(value) + "\n";
  }

  /** Without Gson's advice to its callers. */
  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage())
        .lines()
        .findFirst()
        .orElse("")
        .replaceFirst("^Use JsonReader\\.setStrictness.* malformed JSON at ", "malformed at ");
  }

  private static JsonElement value(JsonReader reader) throws IOException {
    return switch (reader.peek()) {
      case BEGIN_OBJECT -> object(reader);
      case BEGIN_ARRAY -> array(reader);
      case NULL -> {
        reader.nextNull();
        yield JsonNull.INSTANCE;
      }
      case BOOLEAN -> new JsonPrimitive(reader.nextBoolean());
      case NUMBER -> new JsonPrimitive(ToNumberPolicy.LAZILY_PARSED_NUMBER.readNumber(reader));
      default -> new JsonPrimitive(reader.nextString());
    };
  }

  private static JsonArray array(JsonReader reader) throws IOException {
    JsonArray array = new JsonArray();
    reader.beginArray();
    while (reader.hasNext()) {
      array.add(value(reader));
    }
    reader.endArray();
    return array;
  }

  private static JsonObject object(JsonReader reader) throws IOException {
    JsonObject object = new JsonObject();
    reader.beginObject();
    while (reader.hasNext()) {
      String name = reader.nextName();
      if (object.has(name)) {
        throw new IllegalArgumentException("the name " + name + " is given twice");
      }
      object.add(name, value(reader));
    }
    reader.endObject();
    return object;
  }
}
