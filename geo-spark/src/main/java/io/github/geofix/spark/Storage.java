package io.github.geofix.spark;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.jspecify.annotations.Nullable;

/** Files of any file system that Spark reads: local, HDFS, S3. */
final class Storage {
  private static final String HADOOP = "spark.hadoop.";

  private Storage() {}

  /**
   * Hadoop parses a long file for each, so all photos of a session share one.
   *
   * @param local whether the files of a scheme are on this machine: Hadoop takes long to find the
   *     file system of each small photo
   */
  private record Configured(SparkConf spark, Configuration hadoop, Map<String, Boolean> local) {

    static Configured of(SparkConf spark) {
      Configuration hadoop = new Configuration();
      scala.Tuple2<String, String>[] set = spark.getAllWithPrefix(HADOOP);
      for (scala.Tuple2<String, String> entry : set) {
        hadoop.set(entry._1(), entry._2());
      }
      return new Configured(spark, hadoop, new ConcurrentHashMap<>());
    }
  }

  private static volatile @Nullable Configured configured;

  private static Configured configured() {
    SparkConf spark = SparkEnv.get().conf();
    Configured known = configured;
    if (known == null || known.spark() != spark) {
      known = Configured.of(spark);
      configured = known;
    }
    return known;
  }

  /** Returns the file system of a path, configured as Spark is; on the driver and in tasks. */
  static FileSystem of(String path) {
    try {
      return new org.apache.hadoop.fs.Path(path).getFileSystem(configured().hadoop());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot open " + path + ": " + e.getMessage(), e);
    }
  }

  /**
   * Hadoop searches for a file of checksums beside each local one, at the cost of a small photo.
   */
  private static InputStream open(String path) throws IOException {
    org.apache.hadoop.fs.Path file = new org.apache.hadoop.fs.Path(path);
    String scheme = String.valueOf(file.toUri().getScheme());
    if (!configured()
        .local()
        .computeIfAbsent(scheme, unused -> of(path) instanceof LocalFileSystem)) {
      return of(path).open(file);
    }
    try {
      return Files.newInputStream(Path.of(file.toUri().getPath()));
    } catch (NoSuchFileException e) {
      throw new IOException("there is no such file", e);
    }
  }

  /** Reads a file of at most so many bytes. */
  static byte[] read(String path, long mostBytes) {
    try (InputStream in = open(path)) {
      byte[] bytes = in.readNBytes((int) Math.min(mostBytes + 1, Integer.MAX_VALUE - 8));
      if (bytes.length > mostBytes) {
        throw new IOException("it has more than " + mostBytes + " bytes");
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path + ": " + e.getMessage(), e);
    }
  }

  /**
   * Moves a local file to where its content gives it its name. Whoever comes second leaves the file
   * of the first, which is the same, and makes it as young as its own.
   */
  static void publish(Path local, String path) {
    FileSystem files = of(path);
    org.apache.hadoop.fs.Path target = new org.apache.hadoop.fs.Path(path);
    org.apache.hadoop.fs.Path temporary = target.suffix("." + UUID.randomUUID() + ".tmp");
    try {
      if (files.exists(target)) {
        files.setTimes(target, System.currentTimeMillis(), -1);
        return;
      }
      files.copyFromLocalFile(false, true, new org.apache.hadoop.fs.Path(local.toUri()), temporary);
      if (!files.rename(temporary, target)) {
        files.delete(temporary, false);
      }
      if (!files.exists(target)) {
        throw new IOException("the file could not be renamed");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + path + ": " + e.getMessage(), e);
    }
  }

  /** Deletes a file if it is there. */
  static void delete(String path) {
    try {
      of(path).delete(new org.apache.hadoop.fs.Path(path), true);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + path + ": " + e.getMessage(), e);
    }
  }

  /** Returns the names of the files in a folder; none if there is no such folder. */
  static List<String> names(String folder) {
    return List.copyOf(times(folder).keySet());
  }

  /**
   * Returns when the files in a folder were written, by name, in milliseconds since 1970; none if
   * there is no such folder.
   */
  static SortedMap<String, Long> times(String folder) {
    FileSystem files = of(folder);
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(folder);
    try {
      SortedMap<String, Long> times = new TreeMap<>();
      if (files.exists(path)) {
        for (FileStatus file : files.listStatus(path)) {
          times.put(file.getPath().getName(), file.getModificationTime());
        }
      }
      return times;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + folder + ": " + e.getMessage(), e);
    }
  }

  /** Returns the SHA-256 of a file on this machine. */
  static String sha256(Path file) throws IOException {
    MessageDigest digest = sha256();
    try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      Files.copy(file, out);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Returns whether a file is there. */
  static boolean exists(String path) {
    try {
      return of(path).exists(new org.apache.hadoop.fs.Path(path));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path + ": " + e.getMessage(), e);
    }
  }

  /**
   * Returns a file or folder as one on this machine: itself if it is, else a copy that all
   * processes of the user share until the last of them ends. Its content must not change.
   */
  static Path local(String path) {
    URI uri = new org.apache.hadoop.fs.Path(path).toUri();
    if (uri.getScheme() == null || uri.getScheme().equals("file")) {
      return Path.of(uri.getPath());
    }
    FileSystem files = of(path);
    org.apache.hadoop.fs.Path source = new org.apache.hadoop.fs.Path(path);
    try {
      return LocalCopies.ofUser()
          .use(
              version(files, source) + "-" + source.getName(),
              target ->
                  files.copyToLocalFile(
                      false, source, new org.apache.hadoop.fs.Path(target.toUri()), true));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot copy " + path + ": " + e.getMessage(), e);
    }
  }

  /** Names, lengths and times of all files: what differs between two versions of a folder. */
  private static String version(FileSystem files, org.apache.hadoop.fs.Path path)
      throws IOException {
    StringBuilder all = new StringBuilder(path.toString());
    FileStatus[] found = files.listStatus(path);
    for (FileStatus file :
        Stream.of(found).sorted(Comparator.comparing(FileStatus::getPath)).toList()) {
      all.append('\n').append(file.getPath()).append(' ').append(file.getLen());
      all.append(' ').append(file.getModificationTime());
    }
    return sha256(List.of(all.toString())).substring(0, 32);
  }

  static String sha256(List<String> texts) {
    MessageDigest digest = sha256();
    texts.forEach(text -> digest.update(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    return HexFormat.of().formatHex(digest.digest());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
