package io.github.geofix.eval.protocol;

import io.github.geofix.core.Manifest;
import io.github.geofix.eval.protocol.Protocol.Finding;
import io.github.geofix.eval.protocol.RunProvenance.FilesDigest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Photos with known positions as they lie on disk, and what is wrong with them.
 *
 * @param photos the photos that can be used
 * @param findings what a person should know
 * @param whole whether these are all photos of the benchmark, so that published figures compare
 */
public record PhotoSet(Manifest photos, List<Finding> findings, boolean whole) {

  /** Copies the list. */
  public PhotoSet {
    findings = List.copyOf(findings);
  }

  /**
   * Looks for the images of any list of photos.
   *
   * @param images whether the images are needed; else only duplicates are looked for
   */
  public static PhotoSet of(Manifest photos, boolean images) {
    List<Manifest.Entry> found = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    List<String> twice = new ArrayList<>();
    Set<Path> seen = new HashSet<>();
    for (Manifest.Entry photo : photos.entries()) {
      if (!seen.add(photo.image().toAbsolutePath().normalize())) {
        twice.add(photo.image().toString());
      } else if (images && !Files.isReadable(photo.image())) {
        missing.add(photo.image().toString());
      } else {
        found.add(photo);
      }
    }
    List<Finding> findings = new ArrayList<>();
    Finding.add(findings, "photos listed twice", twice, true);
    Finding.add(findings, "images missing", missing, true);
    return new PhotoSet(Manifest.of(found), findings, findings.isEmpty());
  }

  /**
   * Digests the photos and their positions; reads every image that is there.
   *
   * @param name of the list
   */
  public FilesDigest digest(String name) {
    StringBuilder positions = new StringBuilder();
    photos.locations().forEach(place -> positions.append(place).append('\n'));
    return FilesDigest.ofList(name, positions.toString(), images());
  }

  List<Path> images() {
    return photos.entries().stream().map(Manifest.Entry::image).toList();
  }

  /**
   * Returns the photos if nothing is wrong with them.
   *
   * @throws IllegalArgumentException if images are missing, rows are unreadable or twice there; the
   *     message counts them and names the first
   */
  public Manifest complete() {
    Finding.refuseFatal("the data are not complete", findings);
    return photos;
  }
}
