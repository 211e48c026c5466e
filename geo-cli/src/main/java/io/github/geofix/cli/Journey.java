package io.github.geofix.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The way of one paper from the files that are given out to its table, as commands. The pages below
 * {@code docs/how-to/reproduce} explain each; a test holds them together and runs the commands.
 */
enum Journey {
  GEOTOKEN(
      "GeoToken, arXiv 2511.01082",
      "evaluate --protocol mp16 --root data/mp16 --list work/mp16.csv",
      "import --from weights/clip-vit-large-patch14/model.safetensors --method geoclip --size"
          + " geotoken --data work/mp16.csv --out models/vectors-untrained",
      "train --from models/vectors-untrained --recipe geotoken --data work/mp16.csv --texts"
          + " data/mp16-texts.npy --run work/vectors-run --out models/vectors",
      "embed --model models/vectors --data work/mp16.csv --out work/mp16.safetensors",
      "neighbors --vectors work/mp16.safetensors --approximate --out work/mp16-neighbors.npy",
      "train --method token --size paper --data work/mp16.csv --vectors work/mp16.safetensors"
          + " --neighbors work/mp16-neighbors.npy --encoder models/vectors --run work/token-run"
          + " --out models/geotoken",
      "evaluate --protocol im2gps3k --root data/im2gps3k --model models/geotoken",
      "evaluate --protocol yfcc4k --root data/yfcc4k --model models/geotoken"),
  JUST_ZOOM_IN(
      "Just Zoom In, 2026",
      "evaluate --protocol just-zoom-in --root data/justzoomin_data",
      "import --from weights/dinov2-base.safetensors --method zoom --size paper --set"
          + " map=data/justzoomin_data/satellite/layout.yaml --out models/zoom-untrained",
      "train --from models/zoom-untrained --recipe paper --protocol just-zoom-in --root"
          + " data/justzoomin_data --run work/zoom-run --out models/zoom",
      "evaluate --protocol just-zoom-in --root data/justzoomin_data --model models/zoom"),
  GEOSURGE(
      "GeoSURGE, arXiv 2510.01448",
      "evaluate --protocol mp16 --root data/mp16 --list work/mp16.csv",
      "import --from weights/clip-vit-large-patch14-336/model.safetensors --method embed --size"
          + " paper --data work/mp16.csv --out models/geosurge-untrained",
      "train --from models/geosurge-untrained --recipe paper --data work/mp16.csv --hold-out 0.01"
          + " --run work/geosurge-run --out models/geosurge",
      "evaluate --protocol im2gps3k --root data/im2gps3k --model models/geosurge"),
  FRGEO(
      "FRGeo, AAAI 2024",
      "evaluate --protocol cvusa --root data/CVUSA",
      "import --from weights/convnext_tiny.safetensors --method recombine --size paper --out"
          + " models/frgeo-untrained",
      "train --from models/frgeo-untrained --recipe paper --protocol cvusa --root data/CVUSA --run"
          + " work/frgeo-run --out models/frgeo",
      "evaluate --protocol cvusa --root data/CVUSA --model models/frgeo"),
  SAMPLE4GEO(
      "Sample4Geo, ICCV 2023",
      "evaluate --protocol cvusa --root data/CVUSA",
      "import --from weights/convnext_base_384.safetensors --method recombine --size sample4geo"
          + " --out models/sample4geo-untrained",
      "train --from models/sample4geo-untrained --recipe sample4geo --protocol cvusa --root"
          + " data/CVUSA --run work/sample4geo-run --out models/sample4geo",
      "evaluate --protocol cvusa --root data/CVUSA --model models/sample4geo"),
  SAMPLE4GEO_UNIVERSITY(
      "Sample4Geo on photos of drones, ICCV 2023",
      "evaluate --protocol university-drone --root data/University-Release",
      "import --from weights/convnext_base_384.safetensors --method recombine --size"
          + " sample4geo-university --out models/drone-untrained",
      "train --from models/drone-untrained --recipe sample4geo-university --protocol"
          + " university-drone --root data/University-Release --run work/drone-run --out"
          + " models/drone",
      "evaluate --protocol university-drone --root data/University-Release --model"
          + " models/drone",
      "evaluate --protocol university-satellite --root data/University-Release --model"
          + " models/drone");

  private final String paper;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> commands;

  Journey(String paper, String... commands) {
    this.paper = paper;
    this.commands = List.of(commands);
  }

  /** Returns the paper, with where it appeared. */
  String paper() {
    return paper;
  }

  /** Returns the commands in order, without {@code geofix}. */
  List<String> commands() {
    return commands;
  }

  /** Returns the page that explains the commands. */
  String page() {
    return "docs/how-to/reproduce/" + this + ".md";
  }

  /**
   * Returns the journey of a name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  static Journey named(String name) {
    return Arrays.stream(values())
        .filter(journey -> journey.toString().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no paper "
                        + name
                        + "; there are "
                        + Arrays.stream(values())
                            .map(Journey::toString)
                            .collect(Collectors.joining(", "))));
  }

  /** Returns the name, such as {@code just-zoom-in}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
