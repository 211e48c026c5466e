package io.github.geofix.serve;

import com.google.gson.JsonObject;

/** {@code GET /health}. */
final class Health {
  private Health() {}

  /** Returns status 200 while photos are admitted, 503 while the server stops. */
  static Reply reply(Gate gate) {
    JsonObject tree = new JsonObject();
    tree.addProperty("status", gate.isClosing() ? "stopping" : "ok");
    tree.addProperty("photos", gate.photos());
    return Reply.json(gate.isClosing() ? 503 : 200, tree);
  }
}
