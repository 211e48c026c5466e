package io.github.geofix.serve;

import com.google.gson.JsonObject;
import io.github.geofix.core.cell.Tile;
import io.github.geofix.core.internal.Images;
import io.github.geofix.core.tile.TileSource;
import java.awt.image.BufferedImage;
import java.util.Optional;

/** {@code GET /tiles/z/x/y}: imagery of the map of the page, in Web Mercator. */
record MapTiles(TileSource map) implements Router.Handler {
  private static final int PIXELS = 256;
  private static final int MAX_ZOOM = 22;
  private static final String PATH = "/tiles/";

  /** Returns {@code GET /map.json}: whether there are tiles, and to whom they are owed. */
  static Reply description(Optional<TileSource> map) {
    JsonObject tree = new JsonObject();
    tree.addProperty("tiles", map.isPresent());
    tree.addProperty("attribution", map.map(TileSource::attribution).orElse(""));
    return Reply.json(200, tree);
  }

  @Override
  public Reply handle(Request request) {
    BufferedImage image = map.view(tile(request.path()), PIXELS, PIXELS);
    return Reply.of(200, "image/jpeg", Images.encode(image, "jpeg"))
        .with("Cache-Control", "private, max-age=3600");
  }

  private static Tile tile(String path) {
    try {
      Tile tile = Tile.parse(path.substring(PATH.length()));
      if (tile.zoom() <= MAX_ZOOM) {
        return tile;
      }
    } catch (IllegalArgumentException e) {
      // Refused below.
    }
    throw new Refusal(404, "not-found", "there is no tile " + path);
  }
}
