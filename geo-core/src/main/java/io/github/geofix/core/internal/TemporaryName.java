package io.github.geofix.core.internal;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The hidden names of a write beside its target, {@code .target.id.part}.
 *
 * <pre>
 *   tmp    what is being written; a file is locked by its writer
 *   lock   a file locked by the writer of a folder: created first, deleted last
 *   new    a folder that is complete
 *   old    the folder it replaces
 * </pre>
 *
 * @param target what is written
 * @param id distinguishes writes of the same target
 */
record TemporaryName(Path target, String id) {
  private static final Pattern NAME =
      Pattern.compile("\\.(.+)\\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\\.(\\w+)");

  private static final Set<String> PARTS = Set.of("tmp", "lock", "new", "old");

  /** The writes of this process, whose locks the operating system does not hold against it. */
  private static final Set<String> RUNNING = ConcurrentHashMap.newKeySet();

  /** Returns unused names; {@link #end} must be called. */
  static TemporaryName begin(Path target) {
    TemporaryName name = new TemporaryName(target.toAbsolutePath(), UUID.randomUUID().toString());
    RUNNING.add(name.id);
    return name;
  }

  /** Returns the names that a path is one of; empty if it is not a temporary path. */
  static Optional<TemporaryName> of(Path path) {
    Matcher matcher = NAME.matcher(path.getFileName().toString());
    return matcher.matches() && PARTS.contains(matcher.group(3))
        ? Optional.of(new TemporaryName(path.resolveSibling(matcher.group(1)), matcher.group(2)))
        : Optional.empty();
  }

  boolean isRunning() {
    return RUNNING.contains(id);
  }

  void end() {
    RUNNING.remove(id);
  }

  Path temporary() {
    return part("tmp");
  }

  Path lock() {
    return part("lock");
  }

  Path complete() {
    return part("new");
  }

  Path replaced() {
    return part("old");
  }

  private Path part(String part) {
    return target.resolveSibling("." + target.getFileName() + "." + id + "." + part);
  }
}
