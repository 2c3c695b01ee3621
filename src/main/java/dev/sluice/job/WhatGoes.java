package dev.sluice.job;

import dev.sluice.migration.Migration;
import dev.sluice.migration.Script;
import dev.sluice.schema.JournalRemains;
import dev.sluice.schema.ScriptSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** What a cleanup drops for good and how large it is, as the catalog has it now. */
final class WhatGoes {

  private final DataSource dataSource;
  private final Migration migration;

  WhatGoes(DataSource dataSource, Migration migration) {
    this.dataSource = dataSource;
    this.migration = migration;
  }

  /** Whether a cleanup would take nothing away. */
  boolean isNothing() {
    return migration.script(Script.Kind.CLEANUP_UP).isEmpty() && journal().isEmpty();
  }

  private Optional<JournalRemains.Size> journal() {
    return new JournalRemains(dataSource, duration -> {}, ScriptSettings.DEFAULT, migration.id())
        .size();
  }

  /** One line a thing, in the order in which they go; never a row's content. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    journal()
        .map(
            size ->
                "undo journal %s: %s, about %,d rows of old values"
                    .formatted(size.table(), size.size(), size.rowsEstimated()))
        .ifPresent(lines::add);
    return lines;
  }
}
