package io.github.geofix.models.backbone;

import ai.djl.ndarray.NDManager;
import io.github.geofix.core.format.ModelFormatException;
import io.github.geofix.core.format.TensorFile;
import io.github.geofix.models.internal.backbone.StatedConfig;
import io.github.geofix.models.internal.weights.Weights;
import io.github.geofix.models.nn.Activation;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.weights.ImportReport;
import io.github.geofix.models.weights.RenameTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Fills the backbones of a network from checkpoints of other libraries. Stateless. */
public final class Pretrained {
  private Pretrained() {}

  /**
   * Fills all backbones of a network from one checkpoint. Whose names it uses is found out: those
   * of {@link Backbone#checkpointNames}, or ours, after the prefix of a wrapper or none, under
   * which most of its arrays are known. The configurations that publishers put beside weights,
   * {@code config.json}, {@code preprocessor_config.json} and {@code open_clip_config.json}, must
   * agree with the network.
   *
   * @param network with values
   * @return for each backbone, by its name within the network, a complete report
   * @throws IllegalArgumentException if the network has no backbone
   * @throws IllegalStateException if it has no values
   * @throws ModelFormatException if an array is missing or does not fit, shows that the checkpoint
   *     is for another network, or a configuration disagrees; or if the activation of CLIP's
   *     weights is stated nowhere. The message names it. The network may then be partly filled
   */
  public static Map<String, ImportReport> load(Module network, TensorFile checkpoint) {
    return fillAll(network, checkpoint, null);
  }

  private static Map<String, ImportReport> fillAll(
      Module network, TensorFile checkpoint, @Nullable Activation activation) {
    Map<String, Backbone> backbones = backbones(network);
    if (backbones.isEmpty()) {
      throw new IllegalArgumentException(
          network.getClass().getSimpleName()
              + " has no backbone to fill from "
              + checkpoint.path()
              + ": choose a configuration that reads photos");
    }
    Map<String, ImportReport> reports = new LinkedHashMap<>();
    backbones.forEach(
        (name, backbone) -> reports.put(name, fill(backbone, checkpoint, activation)));
    return reports;
  }

  /**
   * Fills a whole network from a published checkpoint of one, or else all its backbones as {@link
   * #load(Module, TensorFile)} does.
   *
   * @param wholeNetwork the names of published checkpoints of such networks, by publisher
   * @param activation what CLIP's weights need, where no file beside them states it; null to rely
   *     on the files
   * @return for each part that was filled, by its name or that of the publisher, a complete report
   */
  public static Map<String, ImportReport> load(
      Module network,
      TensorFile checkpoint,
      Map<String, RenameTable> wholeNetwork,
      @Nullable Activation activation) {
    for (Map.Entry<String, RenameTable> names : wholeNetwork.entrySet()) {
      if (Weights.matches(network, checkpoint, names.getValue()) > 0) {
        return Map.of(
            names.getKey(),
            Weights.load(network, owner(network), checkpoint, names.getValue()).requireComplete());
      }
    }
    return fillAll(network, checkpoint, activation);
  }

  private static NDManager owner(Module network) {
    return network.parameters().values().iterator().next().array().getManager();
  }

  /** Names under which a checkpoint may hold a backbone. */
  private record Names(String publisher, String prefix, RenameTable table, long matches) {}

  /**
   * Fills one backbone from a checkpoint, as {@link #load(Module, TensorFile)} does.
   *
   * @param manager owns the arrays of parameters that have none yet
   * @return a complete report
   * @throws ModelFormatException if an array is missing or does not fit, or the configurations
   *     beside the file are of another network; the message names it. The backbone may then be
   *     partly filled
   */
  public static ImportReport fill(Backbone backbone, NDManager manager, TensorFile checkpoint) {
    return fill(backbone, manager, checkpoint, null);
  }

  private static ImportReport fill(
      Backbone backbone, TensorFile checkpoint, @Nullable Activation activation) {
    return fill(backbone, owner(backbone), checkpoint, activation);
  }

  private static ImportReport fill(
      Backbone backbone,
      NDManager manager,
      TensorFile checkpoint,
      @Nullable Activation activation) {
    Names names = names(backbone, checkpoint);
    StatedConfig stated = new StatedConfig(checkpoint.path().toAbsolutePath());
    backbone.check(stated, activation);
    ImportReport report =
        Weights.load(backbone, manager, checkpoint, names.table()).requireComplete();
    List<String> others =
        report.unexpected().stream()
            .filter(name -> names.table().target(name).isPresent())
            .filter(
                name ->
                    backbone.isOfAnotherNetwork(names.table().target(name).orElseThrow().name()))
            .toList();
    if (!others.isEmpty()) {
      throw new ModelFormatException(
          "%s is for another network than %s, which has no place for %d of its arrays, such as %s"
              .formatted(
                  checkpoint.path(),
                  backbone.getClass().getSimpleName(),
                  others.size(),
                  others.get(0)));
    }
    List<String> notes = new ArrayList<>();
    notes.add(
        "its names are those of "
            + names.publisher()
            + (names.prefix().isEmpty() ? "" : " after " + names.prefix()));
    notes.addAll(stated.notes());
    return report.withNotes(notes);
  }

  /** Finds the names under which most arrays are known: of the simplest, if several are as good. */
  private static Names names(Backbone backbone, TensorFile checkpoint) {
    Map<String, RenameTable> publishers = new LinkedHashMap<>();
    publishers.put("geofix", RenameTable.IDENTITY);
    publishers.putAll(new TreeMap<>(backbone.checkpointNames()));
    List<String> prefixes = new ArrayList<>(List.of(""));
    prefixes.addAll(checkpoint.wrapperPrefixes());
    Names best = null;
    for (String prefix : prefixes) {
      for (Map.Entry<String, RenameTable> publisher : publishers.entrySet()) {
        RenameTable table =
            prefix.isEmpty() ? publisher.getValue() : publisher.getValue().withoutPrefix(prefix);
        long matches = Weights.matches(backbone, checkpoint, table);
        if (matches > (best == null ? 0 : best.matches())) {
          best = new Names(publisher.getKey(), prefix, table, matches);
        }
      }
    }
    if (best == null) {
      throw new IllegalArgumentException(
          "%s holds no array of %s, under the names of %s; it begins with %s"
              .formatted(
                  checkpoint.path(),
                  backbone.getClass().getSimpleName(),
                  String.join(", ", publishers.keySet()),
                  checkpoint.names().stream().limit(3).toList()));
    }
    return best;
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
