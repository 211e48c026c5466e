package io.github.geofix.serve;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.TreeMap;

/** {@code GET /models}. */
final class Models {
  private Models() {}

  /** Returns the names of the models, the default first, with what is known of them. */
  static JsonObject tree(List<LocateServer.Model> models) {
    JsonArray all = new JsonArray();
    for (LocateServer.Model model : models) {
      JsonObject entry = new JsonObject();
      entry.addProperty("name", model.name());
      new TreeMap<>(model.about()).forEach(entry::addProperty);
      all.add(entry);
    }
    JsonObject tree = new JsonObject();
    tree.add("models", all);
    return tree;
  }
}
