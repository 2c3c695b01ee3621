package dev.sluice.control;

import dev.sluice.migration.MigrationId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A migration's row in the ledger.
 *
 * @param run which run this is, from 1; identifies the job instance
 * @param epoch counted up whenever a runner took the lock
 * @param runner host and process of the last runner
 * @param failure one line, null if the last launch did not fail
 */
public record LedgerEntry(
    MigrationId id,
    String checksum,
    RunState state,
    long run,
    long epoch,
    @Nullable String runner,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt,
    @Nullable String failure) {}
