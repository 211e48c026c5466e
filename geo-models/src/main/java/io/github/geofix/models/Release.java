package io.github.geofix.models;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.io.ModelCard.Attribution;
import io.github.geofix.models.weights.ImportReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A published model that becomes a model folder: which files it takes, what they hold, under which
 * terms they are, and how they are read. The files are the user's; nothing is downloaded.
 *
 * @param name as {@code geofix import --release} takes it
 * @param attribution the work, its license, its source and its citation
 * @param network the network, in words
 * @param preprocessing how photos are resized, cut and normalized, in words
 * @param files the files that the folder holds, and the backbone where it is a file of its own
 * @param reader makes the model from the files
 */
public record Release(
    String name,
    Attribution attribution,
    String network,
    String preprocessing,
    List<ReleaseFile> files,
    Reader reader) {

  /**
   * A file of a release.
   *
   * @param name its name, or several that it may have
   * @param content what it holds
   */
  public record ReleaseFile(String name, String content) {}

  /**
   * What a model is made from.
   *
   * @param folder holds the files of the release
   * @param backbone the file or folder of the backbone, where it is not part of the release
   * @param positions the positions to choose from, in place of those of the release; empty for
   *     those
   * @param settings changes to the configuration, by name
   */
  public record Source(
      Path folder, Optional<Path> backbone, List<LatLng> positions, Map<String, String> settings) {

    /** Copies the collections. */
    public Source {
      positions = List.copyOf(positions);
      settings = Map.copyOf(settings);
    }

    /** Returns the files of a folder, without changes. */
    public static Source of(Path folder) {
      return new Source(folder, Optional.empty(), List.of(), Map.of());
    }

    /** Returns a copy with the file or folder of the backbone. */
    public Source withBackbone(Path backbone) {
      return new Source(folder, Optional.of(backbone), positions, settings);
    }

    /** Returns a copy with other positions to choose from. */
    public Source withPositions(List<LatLng> positions) {
      return new Source(folder, backbone, positions, settings);
    }

    /** Returns a copy with changes to the configuration. */
    public Source withSettings(Map<String, String> settings) {
      return new Source(folder, backbone, positions, settings);
    }
  }

  /** Makes a model from the files of a release. */
  @FunctionalInterface
  public interface Reader {
    /**
     * Reads the files.
     *
     * @return the model, which the caller closes, with a report for each part
     * @throws io.github.geofix.core.format.ModelFormatException if a file is missing, is damaged or
     *     belongs to something else
     */
    Imported read(Source source);
  }

  /**
   * A model made from a release.
   *
   * @param model must be closed
   * @param reports for each part of the network, which arrays filled it
   */
  public record Imported(GeoModel model, Map<String, ImportReport> reports) {}

  /** Copies the list. */
  public Release {
    files = List.copyOf(files);
  }

  /** Returns all releases on the class path, by name. */
  public static List<Release> all() {
    Map<String, Release> known = new TreeMap<>();
    for (Family family : Family.all()) {
      family.releases().forEach(release -> known.put(release.name(), release));
    }
    return List.copyOf(known.values());
  }

  /**
   * Returns the release of a name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public static Release named(String name) {
    List<Release> all = all();
    return all.stream()
        .filter(release -> release.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no release %s; there are %s"
                        .formatted(
                            name,
                            all.stream().map(Release::name).collect(Collectors.joining(", ")))));
  }

  /**
   * Makes a model from the files of this release. It keeps the attribution, also in the folders it
   * is saved to.
   *
   * @return the model, which the caller closes, with a report for each part
   * @throws io.github.geofix.core.format.ModelFormatException if a file is missing, is damaged or
   *     belongs to something else
   */
  public Imported read(Source source) {
    Imported imported = reader.read(source);
    imported.model().setAttribution(attribution);
    return imported;
  }

  /** Returns what is needed and under which terms, for people. */
  public String describe() {
    String list =
        files.stream()
            .map(file -> "  %s: %s%n".formatted(file.name(), file.content()))
            .collect(Collectors.joining());
    return "%s: %s. %s%n  license: %s%n  source: %s%n  cite: %s%n  photos: %s%n%s"
        .formatted(
            name,
            attribution.work(),
            network,
            attribution.license(),
            attribution.source(),
            attribution.citation(),
            preprocessing,
            list);
  }
}
