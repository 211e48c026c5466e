package io.github.geofix.models.backbone;

import ai.djl.ndarray.NDManager;
import io.github.geofix.core.format.TensorFile;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.weights.ImportReport;
import io.github.geofix.models.weights.RenameTable;
import io.github.geofix.models.weights.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Fills the backbones of a network from checkpoints of other libraries. Stateless. */
public final class Pretrained {
  private Pretrained() {}

  /**
   * Fills all backbones of a network from one checkpoint. Whose names it uses is found out: those
   * of {@link Backbone#checkpointNames}, or ours, under which most of its arrays are known.
   *
   * @param network with values
   * @return for each backbone, by its name within the network, a complete report
   * @throws IllegalArgumentException if the network has no backbone
   * @throws IllegalStateException if it has no values
   * @throws io.github.geofix.core.format.ModelFormatException if an array is missing or does not
   *     fit; the message names it. The network may then be partly filled
   */
  public static Map<String, ImportReport> load(Module network, TensorFile checkpoint) {
    Map<String, Backbone> backbones = backbones(network);
    if (backbones.isEmpty()) {
      throw new IllegalArgumentException(
          network.getClass().getSimpleName()
              + " has no backbone to fill from "
              + checkpoint.path()
              + ": choose a configuration that reads photos");
    }
    Map<String, ImportReport> reports = new LinkedHashMap<>();
    backbones.forEach((name, backbone) -> reports.put(name, fill(backbone, checkpoint)));
    return reports;
  }

  /**
   * Fills a whole network from a published checkpoint of one, or else all its backbones as {@link
   * #load(Module, TensorFile)} does.
   *
   * @param wholeNetwork the names of published checkpoints of such networks, by publisher
   * @return for each part that was filled, by its name or that of the publisher, a complete report
   */
  public static Map<String, ImportReport> load(
      Module network, TensorFile checkpoint, Map<String, RenameTable> wholeNetwork) {
    for (Map.Entry<String, RenameTable> names : wholeNetwork.entrySet()) {
      if (Weights.matches(network, checkpoint, names.getValue()) > 0) {
        return Map.of(
            names.getKey(),
            Weights.load(network, owner(network), checkpoint, names.getValue()).requireComplete());
      }
    }
    return load(network, checkpoint);
  }

  private static NDManager owner(Module network) {
    return network.parameters().values().iterator().next().array().getManager();
  }

  private static ImportReport fill(Backbone backbone, TensorFile checkpoint) {
    RenameTable best = RenameTable.IDENTITY;
    long most = Weights.matches(backbone, checkpoint, best);
    List<String> known = new ArrayList<>(List.of("geofix"));
    for (Map.Entry<String, RenameTable> names : backbone.checkpointNames().entrySet()) {
      long matches = Weights.matches(backbone, checkpoint, names.getValue());
      known.add(names.getKey());
      if (matches > most) {
        most = matches;
        best = names.getValue();
      }
    }
    if (most == 0) {
      throw new IllegalArgumentException(
          "%s holds no array that %s knows, under the names of %s; it begins with %s"
              .formatted(
                  checkpoint.path(),
                  backbone.getClass().getSimpleName(),
                  String.join(", ", known),
                  checkpoint.names().stream().limit(3).toList()));
    }
    return Weights.load(backbone, owner(backbone), checkpoint, best).requireComplete();
  }

  private static Map<String, Backbone> backbones(Module network) {
    Map<String, Backbone> found = new LinkedHashMap<>();
    network
        .children()
        .forEach(
            (name, child) -> {
              if (child instanceof Backbone backbone) {
                found.put(name, backbone);
              } else {
                backbones(child).forEach((below, part) -> found.put(name + "." + below, part));
              }
            });
    return found;
  }
}
