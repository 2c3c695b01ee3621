package dev.sluice.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;

/**
 * A streaming standby of an embedded server, whose replay a test may pause. Made as {@code
 * pg_basebackup} does it, which the embedded binaries do not have: the files are copied between the
 * begin and the end of a backup, and WAL is streamed from the primary. Close it before its primary.
 */
public final class StandbyServer implements AutoCloseable {

  /** From this version on a backup is not begun by {@code pg_start_backup}. */
  private static final int NEW_BACKUP_FUNCTIONS = 15;

  /** Of the primary's processes, or streamed anew. */
  private static final Set<String> NOT_COPIED =
      Set.of(
          "postmaster.pid", "postmaster.opts", "epg-lock", "pg_wal", "pg_replslot", "pg_stat_tmp");

  private final SeparateServer standby;

  private StandbyServer(SeparateServer standby) {
    this.standby = standby;
  }

  /**
   * Starts one, and returns when it streams.
   *
   * @param primary from {@link PostgresServer#startEmbedded}
   * @param name its {@code application_name} in {@code pg_stat_replication}
   */
  public static StandbyServer of(SeparateServer primary, String name) {
    EmbeddedProcess process = PostgresServer.embeddedOfVersion(primary.version(), Map.of());
    try (Connection connection =
        primary.dataSource(PostgresServer.ADMIN_DATABASE).getConnection()) {
      backUp(connection, primary.version(), process.data());
      Files.writeString(process.data().resolve("standby.signal"), "");
      Files.writeString(
          process.data().resolve("postgresql.auto.conf"),
          "primary_conninfo = '%s application_name=%s'%n".formatted(conninfo(connection), name),
          StandardOpenOption.APPEND);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    StandbyServer standby = new StandbyServer(new SeparateServer(process));
    Awaitility.await("a standby that streams")
        .until(
            () ->
                primary
                        .admin()
                        .sql(
                            "SELECT count(*) FROM pg_stat_replication"
                                + " WHERE application_name = ? AND state = 'streaming'")
                        .param(name)
                        .query(Integer.class)
                        .single()
                    == 1);
    return standby;
  }

  private static String conninfo(Connection connection) throws SQLException {
    return "host=localhost port=%s user=%s password=%s"
        .formatted(text(connection, "SHOW port"), PostgresServer.USER, PostgresServer.PASSWORD);
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rs = statement.executeQuery(sql)) {
      rs.next();
      return rs.getString(1);
    }
  }

  /** Both ends in one session, as the server demands. */
  private static void backUp(Connection connection, int version, Path to)
      throws SQLException, IOException {
    boolean renamed = version >= NEW_BACKUP_FUNCTIONS;
    Path from = Path.of(text(connection, "SHOW data_directory"));
    text(
        connection,
        renamed
            ? "SELECT pg_backup_start('standby', true)"
            : "SELECT pg_start_backup('standby', true, false)");
    copy(from, to);
    String label =
        text(
            connection,
            "SELECT labelfile FROM "
                + (renamed ? "pg_backup_stop(false)" : "pg_stop_backup(false, false)"));
    Files.writeString(to.resolve("backup_label"), label);
    for (String directory :
        new String[] {"pg_wal", "pg_wal/archive_status", "pg_replslot", "pg_stat_tmp"}) {
      createPrivate(to.resolve(directory));
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            if (NOT_COPIED.contains(from.relativize(directory).toString())) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            createPrivate(to.resolve(from.relativize(directory)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Path relative = from.relativize(file);
            if (!NOT_COPIED.contains(relative.toString())) {
              copyIfThere(file, to.resolve(relative));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
  }

  /** A live server drops files all the while; WAL tells the copy about it. */
  private static void copyIfThere(Path file, Path to) throws IOException {
    try {
      Files.copy(file, to);
    } catch (NoSuchFileException e) {
      return;
    }
  }

  private static void createPrivate(Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
  }

  /** It receives WAL on, and applies none. */
  public void pauseReplay() {
    run("SELECT pg_wal_replay_pause()");
    Awaitility.await("a paused replay")
        .until(
            () ->
                standby
                    .admin()
                    .sql("SELECT pg_get_wal_replay_pause_state()")
                    .query(String.class)
                    .single()
                    .equals("paused"));
  }

  public void resumeReplay() {
    run("SELECT pg_wal_replay_resume()");
  }

  private void run(String sql) {
    standby.admin().sql(sql).query((rs, row) -> row).list();
  }

  /** The standby as a server, which takes no writes. */
  public PostgresServer server() {
    return standby;
  }

  @Override
  public void close() {
    standby.close();
  }
}
