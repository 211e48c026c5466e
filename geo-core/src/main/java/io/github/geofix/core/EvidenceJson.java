package io.github.geofix.core;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.geofix.core.Explanation.Evidence;
import io.github.geofix.core.internal.Images;
import java.awt.image.BufferedImage;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The evidence for a location as JSON; {@code kind} names the form. */
final class EvidenceJson {
  private EvidenceJson() {}

  static JsonObject of(Evidence evidence) {
    JsonObject tree = new JsonObject();
    if (evidence instanceof Explanation.Levels levels) {
      tree.addProperty("kind", "levels");
      tree.add("levels", array(levels.levels(), EvidenceJson::level));
      tree.add("neighbors", array(levels.neighbors(), EvidenceJson::neighbor));
    } else if (evidence instanceof Explanation.Tokens tokens) {
      tree.addProperty("kind", "tokens");
      tree.add("tokens", array(tokens.tokens(), EvidenceJson::token));
      tree.add("lost", array(tokens.lost(), EvidenceJson::beam));
    } else if (evidence instanceof Explanation.Zoom zoom) {
      tree.addProperty("kind", "zoom");
      tree.add("steps", array(zoom.steps(), EvidenceJson::step));
    } else if (evidence instanceof Explanation.Directions directions) {
      add(tree, directions);
    } else if (evidence instanceof Explanation.Neighbors neighbors) {
      tree.addProperty("kind", "neighbors");
      tree.add("neighbors", array(neighbors.neighbors(), EvidenceJson::neighbor));
    } else if (evidence instanceof Explanation.Stages stages) {
      tree.addProperty("kind", "stages");
      tree.add("first", of(stages.first()));
      tree.add("stages", array(stages.stages(), EvidenceJson::stage));
    } else if (evidence instanceof Explanation.Candidates candidates) {
      tree.addProperty("kind", "candidates");
      tree.add("candidates", array(candidates.candidates(), LocationJson::tree));
    }
    return tree;
  }

  private static <T> JsonArray array(Collection<T> items, Function<T, JsonObject> tree) {
    JsonArray array = new JsonArray();
    items.forEach(item -> array.add(tree.apply(item)));
    return array;
  }

  private static <T extends Number> JsonArray numbers(List<T> values) {
    JsonArray array = new JsonArray();
    values.forEach(array::add);
    return array;
  }

  private static JsonObject level(Explanation.Level level) {
    JsonObject tree = new JsonObject();
    tree.addProperty("cells", level.cells());
    tree.add(
        "best",
        array(
            level.best(),
            cell -> {
              JsonObject entry = new JsonObject();
              entry.addProperty("cell", cell.cell().toString());
              entry.addProperty("score", cell.score());
              entry.addProperty("own", cell.own());
              return entry;
            }));
    return tree;
  }

  private static JsonObject neighbor(Explanation.Neighbor neighbor) {
    JsonObject tree = new JsonObject();
    tree.addProperty("photo", neighbor.photo());
    LocationJson.add(tree, neighbor.latLng());
    tree.addProperty("score", neighbor.score());
    tree.addProperty("vote", neighbor.vote());
    addPicture(tree, neighbor.picture());
    return tree;
  }

  private static JsonObject token(Explanation.Token token) {
    JsonObject tree = new JsonObject();
    tree.addProperty("value", token.value());
    tree.addProperty("cell", token.cell().toString());
    tree.addProperty("score", token.score());
    return tree;
  }

  private static JsonObject beam(Explanation.Beam beam) {
    JsonObject tree = new JsonObject();
    tree.add("tokens", numbers(beam.tokens()));
    tree.addProperty("cell", beam.cell().toString());
    tree.addProperty("score", beam.score());
    return tree;
  }

  private static JsonObject step(Explanation.Step step) {
    JsonObject tree = new JsonObject();
    tree.addProperty("view", step.view().toString());
    tree.addProperty("side", step.side());
    tree.add("scores", numbers(step.scores()));
    tree.addProperty("chosen", step.chosen());
    tree.addProperty("compared", step.compared());
    addPicture(tree, step.picture());
    return tree;
  }

  private static void add(JsonObject tree, Explanation.Directions directions) {
    tree.addProperty("kind", "directions");
    tree.addProperty("cosine", directions.cosine());
    directions.heading().ifPresent(heading -> tree.addProperty("heading", heading));
    tree.add(
        "headings",
        array(
            directions.headings(),
            heading -> {
              JsonObject entry = new JsonObject();
              entry.addProperty("degrees", heading.degrees());
              entry.addProperty("cosine", heading.cosine());
              return entry;
            }));
    tree.add(
        "regions",
        array(
            directions.regions(),
            region -> {
              JsonObject entry = new JsonObject();
              entry.addProperty("fromDegrees", region.fromDegrees());
              entry.addProperty("toDegrees", region.toDegrees());
              entry.addProperty("part", region.part());
              return entry;
            }));
    tree.add("photo", heatMap(directions.photo()));
    directions.tile().ifPresent(tile -> tree.add("tile", heatMap(tile)));
  }

  private static JsonObject heatMap(Explanation.HeatMap map) {
    JsonObject tree = new JsonObject();
    tree.addProperty("rows", map.rows());
    tree.addProperty("columns", map.columns());
    tree.add("values", numbers(map.values()));
    addPicture(tree, map.picture());
    return tree;
  }

  private static JsonObject stage(Explanation.Stage stage) {
    JsonObject tree = new JsonObject();
    tree.addProperty("name", stage.name());
    tree.add("candidates", array(stage.candidates(), LocationJson::tree));
    return tree;
  }

  private static void addPicture(JsonObject tree, Optional<BufferedImage> picture) {
    picture.ifPresent(image -> tree.addProperty("picture", address(image)));
  }

  private static String address(BufferedImage image) {
    byte[] jpeg = Images.encode(image, "jpeg");
    return "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(jpeg);
  }
}
