package io.github.geofix.models.io;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import com.google.gson.TypeAdapter;
import com.google.gson.TypeAdapterFactory;
import com.google.gson.reflect.TypeToken;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Refuses a word that an enum does not have, where Gson would read nothing at all. */
final class StrictEnums implements TypeAdapterFactory {

  @Override
  public <T> @Nullable TypeAdapter<T> create(Gson gson, TypeToken<T> type) {
    T[] constants = constants(type);
    if (constants == null) {
      return null;
    }
    return new TypeAdapter<T>() {
      @Override
      public void write(JsonWriter out, T value) throws IOException {
        out.value(((Enum<?>) value).name());
      }

      @Override
      public T read(JsonReader in) throws IOException {
        String word = in.nextString();
        return Arrays.stream(constants)
            .filter(constant -> ((Enum<?>) constant).name().equals(word))
            .findFirst()
            .orElseThrow(() -> unknown(in.getPreviousPath(), constants, word));
      }
    }.nullSafe();
  }

  private static <T> T @Nullable [] constants(TypeToken<T> type) {
    @SuppressWarnings("unchecked")
    Class<T> raw = (Class<T>) type.getRawType();
    return raw.getEnumConstants();
  }

  private static JsonParseException unknown(String path, Object[] constants, String word) {
    String name = path.replaceFirst("^\\$\\.?", "");
    String words =
        Arrays.stream(constants)
            .map(constant -> ((Enum<?>) constant).name())
            .collect(Collectors.joining(", "))
            .replaceFirst(", ([^,]*)$", " or $1");
    return new JsonParseException(name + " must be " + words + ": " + word);
  }
}
