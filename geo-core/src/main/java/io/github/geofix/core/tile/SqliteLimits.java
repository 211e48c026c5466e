package io.github.geofix.core.tile;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteConfig;

/**
 * An SQLite file opened so that what is in it cannot keep a thread or take the memory: a table may
 * be a view, which is a program. Apart from {@link MbTiles}, which has to run without the library.
 */
final class SqliteLimits extends ProgressHandler {
  /** The virtual machine of SQLite takes about a millisecond for so many instructions. */
  private static final int INSTRUCTIONS = 100_000;

  /** More bytes than any tile has that is read. */
  private static final int MAX_VALUE_BYTES = 64 << 20;

  private final AtomicLong deadline = new AtomicLong();
  private final Connection connection;
  private final Duration limit;

  private SqliteLimits(Connection connection, Duration limit) throws SQLException {
    this.connection = connection;
    this.limit = limit;
    begin();
    setHandler(connection, INSTRUCTIONS, this);
  }

  /**
   * Opens a file to read.
   *
   * @param limit how long opening, or reading one tile, may take
   */
  static SqliteLimits open(Path file, Duration limit) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setPragma(SQLiteConfig.Pragma.LIMIT_LENGTH, String.valueOf(MAX_VALUE_BYTES));
    // As an address, so that a name with a question mark does not end in options.
    return new SqliteLimits(
        config.createConnection("jdbc:sqlite:file:" + file.toAbsolutePath().toUri().getRawPath()),
        limit);
  }

  Duration limit() {
    return limit;
  }

  Connection connection() {
    return connection;
  }

  /** Starts the time anew. */
  void begin() {
    deadline.set(System.nanoTime() + limit.toNanos());
  }

  @Override
  protected int progress() {
    boolean late = System.nanoTime() - deadline.get() > 0;
    return late || Thread.currentThread().isInterrupted() ? 1 : 0;
  }
}
