package dev.sluice.job;

import dev.sluice.control.CapturedEntries;
import dev.sluice.migration.Migration;
import dev.sluice.migration.Script;
import dev.sluice.schema.DropPreview;
import dev.sluice.schema.JournalRemains;
import dev.sluice.schema.ScriptSettings;
import dev.sluice.schema.SyncRemains;
import dev.sluice.sync.CaptureTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * What is dropped for good and how large it is, as the catalog has it now: one line a thing, in the
 * order in which they go, never a row's content.
 */
final class WhatGoes {

  private final DataSource dataSource;

  WhatGoes(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** By these scripts, of whatever kind. */
  List<String> in(List<Script> scripts) {
    return new DropPreview(new JdbcTemplate(dataSource))
        .of(scripts).stream().map(Object::toString).toList();
  }

  /** By a cleanup: the sync trigger, what its script names, and the undo journal last. */
  List<String> inCleanup(Migration migration) {
    List<String> lines = new ArrayList<>(sync(migration).stream().toList());
    if (hasCaptureLog(migration)) {
      lines.add("capture log %s and its trigger".formatted(CaptureTable.nameOf(migration.id())));
    }
    lines.addAll(in(migration.script(Script.Kind.CLEANUP_UP).stream().toList()));
    journal(migration)
        .map(
            size ->
                "undo journal %s: %s, about %,d rows of old values"
                    .formatted(size.table(), size.size(), size.rowsEstimated()))
        .ifPresent(lines::add);
    return lines;
  }

  /** Whether a cleanup would take nothing away. */
  boolean cleanupIsEmpty(Migration migration) {
    return migration.script(Script.Kind.CLEANUP_UP).isEmpty()
        && journal(migration).isEmpty()
        && sync(migration).isEmpty()
        && !hasCaptureLog(migration);
  }

  private Optional<String> sync(Migration migration) {
    return new SyncRemains(dataSource, duration -> {}, ScriptSettings.DEFAULT, migration.id())
        .describe();
  }

  private boolean hasCaptureLog(Migration migration) {
    return new CapturedEntries(new JdbcTemplate(dataSource)).isKept(migration.id());
  }

  private Optional<JournalRemains.Size> journal(Migration migration) {
    return new JournalRemains(dataSource, duration -> {}, ScriptSettings.DEFAULT, migration.id())
        .size();
  }
}
