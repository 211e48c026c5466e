package io.github.geofix.eval.protocol;

import com.google.common.hash.Funnels;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.ByteStreams;
import com.google.common.io.MoreFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A digest of the names and contents of files. Reads every file once.
 *
 * @param name the name of the folder or list, without the folders above it
 * @param files the number of files
 * @param sha256 SHA-256 in hexadecimal digits: for each file its name, its length and its bytes
 */
public record FilesDigest(String name, long files, String sha256) {

  /**
   * Digests all files of a folder and those below it, in the order of their names.
   *
   * @throws UncheckedIOException if a file cannot be read
   */
  public static FilesDigest ofFolder(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> files = all.filter(Files::isRegularFile).sorted().toList();
      Hasher hasher = Hashing.sha256().newHasher();
      files.forEach(file -> add(hasher, folder.relativize(file).toString(), file));
      return new FilesDigest(nameOf(folder), files.size(), hasher.hash().toString());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + folder + ": " + e.getMessage(), e);
    }
  }

  /**
   * Digests a list and the files that it names, in this order. A file that is missing counts by its
   * name alone.
   *
   * @param name of the list
   * @param list what the list holds besides names, such as positions
   * @throws UncheckedIOException if a file cannot be read
   */
  static FilesDigest ofList(String name, String list, List<Path> files) {
    Hasher hasher = Hashing.sha256().newHasher().putString(list, StandardCharsets.UTF_8);
    files.forEach(file -> add(hasher, String.valueOf(file.getFileName()), file));
    return new FilesDigest(name, files.size(), hasher.hash().toString());
  }

  private static void add(Hasher hasher, String name, Path file) {
    byte[] bytes = name.replace('\\', '/').getBytes(StandardCharsets.UTF_8);
    hasher.putInt(bytes.length).putBytes(bytes);
    if (!Files.isRegularFile(file)) {
      hasher.putLong(-1);
      return;
    }
    try (InputStream in = MoreFiles.asByteSource(file).openStream()) {
      hasher.putLong(Files.size(file));
      ByteStreams.copy(in, Funnels.asOutputStream(hasher));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Digests one or more files, such as a file of predictions; named after the first.
   *
   * @throws UncheckedIOException if a file cannot be read
   */
  public static FilesDigest ofFiles(List<Path> files) {
    return ofList(nameOf(files.get(0)), "", files);
  }

  private static String nameOf(Path path) {
    Path name = path.toAbsolutePath().normalize().getFileName();
    return name == null ? "" : name.toString();
  }
}
