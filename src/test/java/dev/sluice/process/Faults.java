package dev.sluice.process;

import dev.sluice.testing.SeparateServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What can go wrong around a run, one by one. */
final class Faults {

  private static final int KILLED = 128 + 9;
  private static final int STOPPED = 4;
  private static final int FAILED = 5;

  private Faults() {}

  static List<Fault> all() {
    List<Fault> all = new ArrayList<>();
    all.addAll(ofTheProcess());
    all.addAll(ofSessions());
    all.addAll(ofTheNetwork());
    all.addAll(ofTheServer());
    all.addAll(ofChunks());
    return all;
  }

  private static List<Fault> ofTheProcess() {
    Fault kill =
        new Fault("out of memory, `kill -9`", "SIGKILL", (run, server) -> run.process().kill9())
            .exits(KILLED);
    return List.of(
        kill,
        kill.inJava(),
        signal("SIGTERM", SluiceProcess::sigterm),
        signal("SIGINT, Ctrl-C", SluiceProcess::sigint));
  }

  private static Fault signal(String name, Consumer<SluiceProcess> send) {
    return new Fault(name, "the signal", (run, server) -> send.accept(run.process()))
        .exits(STOPPED)
        .says("stopped after the last chunk. Run it again to go on.");
  }

  private static List<Fault> ofSessions() {
    Fault worker =
        new Fault(
            "the worker's session ended by an administrator",
            "`pg_terminate_backend`",
            (run, server) -> run.watch().terminate(run.workerSession()));
    return List.of(
        worker,
        worker.inJava(),
        new Fault(
                "the lock's session ended by an administrator",
                "`pg_terminate_backend`",
                (run, server) -> run.watch().terminateRunnerLock())
            .says("run.relaunch"));
  }

  private static List<Fault> ofTheNetwork() {
    Fault all =
        new Fault(
            "the network cut without a FIN for 5 s, all connections",
            "a proxy that swallows everything, keeps its sockets open and lets new ones pass later",
            (run, server) -> {
              run.proxy().cutAll();
              FaultRun.last(Duration.ofSeconds(5));
              run.proxy().heal();
            });
    return List.of(
        all,
        all.inJava(),
        new Fault(
                "the worker's connection cut without a FIN",
                "the proxy, in the middle of a chunk",
                (run, server) -> run.cut(run.workerSession()))
            .always(),
        new Fault(
                "the lock's connection cut without a FIN",
                "the proxy",
                (run, server) -> run.watch().runnerLockHolders().forEach(run::cut))
            .says("runner-lock.freed"),
        new Fault(
            "our own pool finds no connection for 15 s",
            "its sessions ended but the lock's, new connections swallowed by the proxy",
            (run, server) -> {
              run.proxy().cutNew();
              run.terminateAllButTheLock();
              FaultRun.last(Duration.ofSeconds(15));
              run.proxy().heal();
            }));
  }

  private static List<Fault> ofTheServer() {
    Fault restart =
        new Fault(
            "the server restarted in immediate mode",
            "SIGQUIT to the postmaster, started again",
            (run, server) -> {
              server.stopImmediately();
              server.start();
              run.watchAnew();
            });
    return List.of(
        restart.always(),
        restart.inJava(),
        new Fault(
            "the server killed",
            "SIGKILL to all its processes, started again after 10 s",
            (run, server) -> {
              server.kill();
              FaultRun.last(Duration.ofSeconds(10));
              server.start();
              run.watchAnew();
            }),
        new Fault(
            "all connections of the server taken (53300) for 5 s",
            "as many sessions as `max_connections` allows, then the run's own ended but the lock's",
            Faults::takeAllConnections),
        new Fault(
            "a read-only primary for 5 s",
            "`default_transaction_read_only = on` and a reload",
            (run, server) -> {
              setForAll(server, "default_transaction_read_only = on");
              FaultRun.last(Duration.ofSeconds(5));
              resetReadOnly(server);
            }),
        new Fault(
            "failover: a standby, promoted after 10 s",
            "restarted with `standby.signal`, then `pg_promote()`",
            (run, server) -> {
              server.restartAsStandby();
              FaultRun.last(Duration.ofSeconds(10));
              server.admin().sql("SELECT pg_promote()").query(Boolean.class).single();
              run.watchAnew();
            }));
  }

  private static void setForAll(SeparateServer server, String setting) {
    server.admin().sql("ALTER SYSTEM SET " + setting).update();
    server.admin().sql("SELECT pg_reload_conf()").query(Boolean.class).single();
  }

  private static void resetReadOnly(SeparateServer server) throws SQLException {
    try (Connection admin = server.dataSource("postgres").getConnection();
        Statement statement = admin.createStatement()) {
      statement.execute("SET default_transaction_read_only = off");
      statement.execute("ALTER SYSTEM RESET default_transaction_read_only");
      statement.execute("SELECT pg_reload_conf()");
    }
  }

  private static void takeAllConnections(FaultRun run, SeparateServer server) throws SQLException {
    List<Connection> taken = new ArrayList<>();
    try {
      fill(run, taken);
      run.terminateAllButTheLock();
      fill(run, taken);
      FaultRun.last(Duration.ofMillis(100));
      fill(run, taken); // with what the server had not given free yet
      FaultRun.last(Duration.ofSeconds(5));
    } finally {
      for (Connection connection : taken) {
        connection.close();
      }
    }
  }

  private static void fill(FaultRun run, List<Connection> taken) throws SQLException {
    while (true) {
      try {
        taken.add(run.database().connect());
      } catch (SQLException e) {
        if (!"53300".equals(e.getSQLState())) {
          throw e;
        }
        return;
      }
    }
  }

  private static List<Fault> ofChunks() {
    Fault serialization =
        new Fault(
            "serialization failure (40001), twice",
            "a trigger of the user's that raises it",
            (run, server) ->
                run.breakRows(2, "RAISE EXCEPTION 'not now' USING ERRCODE = '40001';", "40001"));
    Fault slow =
        new Fault(
            "statement timeout, three times",
            "a trigger of the user's that sleeps for 2 s",
            (run, server) -> run.breakRows(3, "PERFORM pg_sleep(2);", "57014"));
    return List.of(
        new Fault(
            "lock timeout: the table locked for 3 s",
            "`LOCK TABLE item` in another session",
            (run, server) -> {
              try (Connection application = run.application("LOCK TABLE item")) {
                FaultRun.last(Duration.ofSeconds(3));
                application.rollback();
              }
            }),
        new Fault(
                "deadlock, the chunk its victim (40P01)",
                "`deadlock_timeout` made shorter in the middle of the run, a trigger that waits for"
                    + " a row which the application holds",
                Faults::deadlock)
            .first(Faults::createGate)
            .says("sqlstate=40P01"),
        serialization.says("sqlstate=40001"),
        serialization.inJava().says("sqlstate=40001"),
        slow.says("sqlstate=57014"),
        slow.inJava().says("sqlstate=57014"),
        new Fault("disk full (53100)", "a tablespace of 8 MB, filled by a file", Faults::fillDisk)
            .first(Faults::createSmallDisk)
            .exits(FAILED)
            .says("The disk of the server is full"));
  }

  private static void createGate(TestDatabase database) {
    database.execute(
        """
        CREATE TABLE gate (id int PRIMARY KEY);
        INSERT INTO gate VALUES (1);
        CREATE FUNCTION pass_gate() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM FROM gate WHERE id = 1 FOR SHARE;
          RETURN NEW;
        END $$;
        CREATE TRIGGER pass_gate BEFORE UPDATE ON item
          FOR EACH ROW WHEN (NEW.id % 10 = 5) EXECUTE FUNCTION pass_gate();
        """);
  }

  private static void deadlock(FaultRun run, SeparateServer server) throws SQLException {
    setForAll(server, "deadlock_timeout = '300ms'");
    try (Connection application =
            run.application(
                "SET deadlock_timeout = '10s'", "SELECT FROM gate WHERE id = 1 FOR UPDATE");
        Statement statement = application.createStatement()) {
      while (!run.process().err().contains("sqlstate=40P01")) {
        // waits for rows of the chunk that waits for the gate
        statement.execute("SAVEPOINT before");
        statement.execute(
            """
            DO $$ BEGIN
              FOR i IN 1..2000 LOOP
                EXIT WHEN EXISTS (SELECT FROM pg_locks WHERE NOT granted);
                PERFORM pg_sleep(0.001);
              END LOOP;
            END $$
            """);
        statement.execute("SELECT FROM item WHERE target IS NULL ORDER BY id FOR UPDATE");
        statement.execute("ROLLBACK TO before");
      }
      application.rollback();
    } finally {
      server.admin().sql("ALTER SYSTEM RESET deadlock_timeout").update();
      server.admin().sql("SELECT pg_reload_conf()").query(Boolean.class).single();
    }
  }

  private static void createSmallDisk(TestDatabase database) {
    SmallDisk.mount(database, "item");
  }

  private static void fillDisk(FaultRun run, SeparateServer server) throws Exception {
    SmallDisk.fill();
    run.process().waitFor();
    SmallDisk.free();
  }
}
