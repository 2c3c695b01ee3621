package dev.sluice.bench;

import java.sql.SQLException;

/**
 * A server with one filled database as the template, and one copy of it at a time to work on.
 *
 * <p>A copy is made file by file, so that all copies are equal to the last page, and ends with a
 * checkpoint, so that every contender pays for the same full page images.
 *
 * <p>Both databases are gone after {@link #close}, and when this virtual machine ends.
 */
final class BenchServer implements AutoCloseable {

  private static final String TEMPLATE = "sluice_bench_template";
  private static final String COPY = "sluice_bench";

  private final BenchDatabase admin;
  private final Thread hook = new Thread(this::interrupt, "drop-databases");
  private int rows;
  private String expectedChecksum = "";
  private volatile boolean closed;

  /**
   * @param admin any database of the server; its role may create databases
   */
  BenchServer(BenchDatabase admin) {
    this.admin = admin;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Makes the template, unless it has as many rows already. */
  void fill(int wantedRows) throws Exception {
    if (rows == wantedRows) {
      return;
    }
    rows = 0;
    create(TEMPLATE, "");
    BenchDatabase template = admin.named(TEMPLATE);
    template.execute(BenchTable.create(wantedRows));
    template.execute("VACUUM ANALYZE users");
    expectedChecksum = template.query(BenchTable.EXPECTED_CHECKSUM);
    rows = wantedRows;
  }

  /** A new copy; the last one is gone. */
  BenchDatabase freshCopy() throws Exception {
    boolean hasStrategies = Integer.parseInt(admin.query("SHOW server_version_num")) >= 150_000;
    create(COPY, " TEMPLATE " + TEMPLATE + (hasStrategies ? " STRATEGY file_copy" : ""));
    return admin.named(COPY);
  }

  private synchronized void create(String name, String from) throws Exception {
    requireOpen();
    drop(COPY);
    if (name.equals(TEMPLATE)) {
      drop(TEMPLATE);
    }
    admin.execute("CREATE DATABASE " + name + from);
  }

  /**
   * @throws InterruptedException if this virtual machine ends: what fails now, fails for that
   */
  void requireOpen() throws InterruptedException {
    if (closed) {
      throw new InterruptedException("the benchmark");
    }
  }

  /**
   * Compares the table with what it must hold.
   *
   * @throws IllegalStateException if a row is missing, wrong or too many
   */
  void requireExpected(String contender, BenchDatabase copy) {
    String found = copy.query(BenchTable.CHECKSUM);
    if (!found.equals(expectedChecksum)) {
      throw new IllegalStateException(
          "%s: the table holds %s, wanted %s".formatted(contender, found, expectedChecksum));
    }
  }

  /**
   * Looks at a table that an application has written to as well: rows may have come, and other
   * columns changed.
   *
   * @throws IllegalStateException if a row is missing, or its names are not split
   */
  void requireNamesSplit(String contender, BenchDatabase copy) {
    String found = copy.query(BenchTable.rowsOfTemplate(rows));
    String wrong = copy.query(BenchTable.WRONG_ROWS);
    if (!found.equals(rows + "") || !wrong.equals("0")) {
      throw new IllegalStateException(
          "%s: the table holds %s of its %d rows, and %s rows whose names are not split"
              .formatted(contender, found, rows, wrong));
    }
  }

  private void drop(String name) throws SQLException {
    admin.execute("DROP DATABASE IF EXISTS %s WITH (FORCE)".formatted(name));
  }

  private void interrupt() {
    closed = true; // whoever makes a database now is waited for, and makes no other
    try {
      dropBoth();
    } catch (SQLException e) {
      // the server ends as well, and its databases with it
    }
  }

  private synchronized void dropBoth() throws SQLException {
    drop(COPY);
    drop(TEMPLATE);
  }

  /** Drops both databases. */
  @Override
  public void close() throws SQLException {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return; // the hook does it
    }
    dropBoth();
  }
}
