package dev.sluice.bench;

import java.sql.SQLException;

/**
 * A server with one filled database as the template, and one copy of it at a time to work on.
 *
 * <p>A copy is made file by file, so that all copies are equal to the last page, and ends with a
 * checkpoint, so that every contender pays for the same full page images.
 */
final class BenchServer implements AutoCloseable {

  private static final String TEMPLATE = "sluice_bench_template";
  private static final String COPY = "sluice_bench";

  private final BenchDatabase admin;
  private final String expectedChecksum;

  private BenchServer(BenchDatabase admin, String expectedChecksum) {
    this.admin = admin;
    this.expectedChecksum = expectedChecksum;
  }

  /**
   * Fills the template.
   *
   * @param admin any database of the server; its role may create databases
   */
  static BenchServer prepare(BenchDatabase admin, int rows) throws SQLException {
    drop(admin, COPY);
    drop(admin, TEMPLATE);
    admin.execute("CREATE DATABASE " + TEMPLATE);
    BenchDatabase template = admin.named(TEMPLATE);
    template.execute(BenchTable.create(rows));
    template.execute("VACUUM ANALYZE users");
    return new BenchServer(admin, template.query(BenchTable.EXPECTED_CHECKSUM));
  }

  /** A new copy; the last one is gone. */
  BenchDatabase freshCopy() throws SQLException {
    drop(admin, COPY);
    boolean hasStrategies = Integer.parseInt(admin.query("SHOW server_version_num")) >= 150_000;
    admin.execute(
        "CREATE DATABASE %s TEMPLATE %s%s"
            .formatted(COPY, TEMPLATE, hasStrategies ? " STRATEGY file_copy" : ""));
    return admin.named(COPY);
  }

  /**
   * Compares the table with what it must hold.
   *
   * @throws IllegalStateException if a row is missing, wrong or too many
   */
  void requireExpected(Contender contender, BenchDatabase copy) {
    String found = copy.query(BenchTable.CHECKSUM);
    if (!found.equals(expectedChecksum)) {
      throw new IllegalStateException(
          "%s: the table holds %s, wanted %s".formatted(contender.name(), found, expectedChecksum));
    }
  }

  private static void drop(BenchDatabase admin, String name) throws SQLException {
    admin.execute("DROP DATABASE IF EXISTS %s WITH (FORCE)".formatted(name));
  }

  /** Drops both databases. */
  @Override
  public void close() throws SQLException {
    drop(admin, COPY);
    drop(admin, TEMPLATE);
  }
}
