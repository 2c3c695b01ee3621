package dev.sluice.job;

import dev.sluice.schema.CodeRunner;
import org.jspecify.annotations.Nullable;

/**
 * The functions of a {@link dev.sluice.migration.CodeMigration}.
 *
 * @param down null: it cannot be taken back
 * @param validate null: nothing is checked after it
 */
public record MigrationCode(
    CodeRunner.Work up, CodeRunner.@Nullable Work down, CodeRunner.@Nullable Question validate) {}
