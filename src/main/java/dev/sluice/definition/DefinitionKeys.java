package dev.sluice.definition;

import static dev.sluice.definition.Key.built;
import static dev.sluice.definition.Key.notBuilt;

/**
 * Every key of {@code migration.yaml}, and which of them are not built yet. Building one is: make
 * its entry {@code built}, read it, and correct its description in {@code jobs/schema.json}.
 */
final class DefinitionKeys {

  static final Key ROOT =
      built(
          "migration.yaml",
          built("description"),
          built("table"),
          built("key"),
          built("where"),
          built("set"),
          built("transform", built("class"), built("read"), built("write")),
          notBuilt(
              "copy",
              "write set or transform instead",
              built("into"),
              built("columns"),
              built("on-conflict"),
              built("database")),
          notBuilt("delete", "write set or transform instead"),
          notBuilt(
              "change",
              "write set or transform instead",
              built("retype", built("column"), built("to")),
              built("rename", built("column"), built("to"))),
          built("sync", built("mode"), built("reverse"), built("idempotent")),
          built("undo", built("sql")),
          built("irreversible"),
          built("chunk", built("rows"), built("target-time")),
          built("workers"),
          built(
              "throttle",
              built("pause"),
              built("rows-per-second"),
              built("replica-lag"),
              built("replica-lag-size"),
              built("slot-wal"),
              built("archive-backlog"),
              built("blocked-sessions"),
              built("active-sessions"),
              built("vacuum"),
              built("long-transactions"),
              built("window"),
              built("when")),
          built("skip"),
          built("retry", built("attempts"), built("backoff")),
          built(
              "checks",
              built("before", built("name"), built("sql")),
              built("after", built("name"), built("sql"), built("not-null"), built("row-count")),
              built("distribution")),
          built("verify", built("sample"), built("differences")),
          built("on-failure"),
          built("cleanup", built("after")),
          built("depends-on"),
          built("owner"));

  private DefinitionKeys() {}
}
