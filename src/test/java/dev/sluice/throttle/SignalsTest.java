package dev.sluice.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.DataSize;
import dev.sluice.migration.ThrottlePolicy.Wal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is made of the server's answers, and the reasons in full. */
class SignalsTest {

  @Test
  void aSessionThatWaitsForAChunkForLongerThanAnOrdinaryOneTakesIsHarm() {
    assertThat(BlockedSessions.judge(new BlockedSessions.Blocked(0, Duration.ZERO))).isEmpty();
    assertThat(BlockedSessions.judge(new BlockedSessions.Blocked(9, Duration.ofMillis(49))))
        .isEmpty();
    assertThat(BlockedSessions.judge(new BlockedSessions.Blocked(1, Duration.ofMillis(50))))
        .hasValue("1 session waits for rows of this run, 50 ms so far");
    assertThat(BlockedSessions.judge(new BlockedSessions.Blocked(3, Duration.ofMillis(320))))
        .hasValue("3 sessions wait for rows of this run, 320 ms so far");
  }

  @Test
  void aStandbyMayBeBehindInTimeAndInSize() {
    Wal limits = new Wal(Duration.ofSeconds(5), DataSize.of(64, "MB"), DataSize.ZERO, 0);
    ReplicaLag.Standby good =
        new ReplicaLag.Standby("a", Duration.ofSeconds(5), DataSize.of(64, "MB"));
    ReplicaLag.Standby late =
        new ReplicaLag.Standby("b", Duration.ofMillis(7230), DataSize.of(1, "MB"));
    ReplicaLag.Standby large = new ReplicaLag.Standby("c", Duration.ZERO, DataSize.of(80, "MB"));
    assertThat(ReplicaLag.judge(List.of(), limits)).isEmpty();
    assertThat(ReplicaLag.judge(List.of(good), limits)).isEmpty();
    assertThat(ReplicaLag.judge(List.of(good, late), limits))
        .hasValue("replica lag 7.2 s > 5.0 s (standby 'b')");
    assertThat(ReplicaLag.judge(List.of(good, large), limits))
        .hasValue("replica lag 80 MB > 64 MB (standby 'c')");
    assertThat(ReplicaLag.judge(List.of(late, large), Wal.DEFAULT)).as("off").isEmpty();
  }

  @Test
  void aSlotMayKeepSoMuchWalAndMustNotLoseIt() {
    DataSize limit = DataSize.of(10, "GB");
    SlotWal.Slot small = new SlotWal.Slot("a", DataSize.of(10, "GB"), "extended");
    assertThat(SlotWal.judge(List.of(small), limit)).isEmpty();
    assertThat(
            SlotWal.judge(
                List.of(small, new SlotWal.Slot("b", DataSize.of(12595, "MB"), "reserved")), limit))
        .hasValue("replication slot 'b' keeps 12.3 GB of WAL > 10 GB");
    assertThat(
            SlotWal.judge(
                List.of(new SlotWal.Slot("c", DataSize.of(3, "MB"), "unreserved")), limit))
        .hasValue(
            "replication slot 'c' keeps 3 MB of WAL and is about to lose it (wal_status"
                + " unreserved)");
  }

  @Test
  void anArchiveMayBeBehindAndMustNotFail() {
    assertThat(ArchiveBacklog.judge(new ArchiveBacklog.Archive(false, 100), 100)).isEmpty();
    assertThat(ArchiveBacklog.judge(new ArchiveBacklog.Archive(false, 101), 100))
        .hasValue("101 files of WAL wait to be archived > 100");
    assertThat(ArchiveBacklog.judge(new ArchiveBacklog.Archive(true, 2), 100))
        .hasValue("the archive takes no WAL, the last attempt failed (2 files wait)");
    assertThat(ArchiveBacklog.judge(new ArchiveBacklog.Archive(true, 0), 100))
        .as("somebody has helped by hand, and nothing was written since")
        .isEmpty();
  }

  @Test
  void soManySessionsMayWork() {
    assertThat(ActiveSessions.judge(20, 20)).isEmpty();
    assertThat(ActiveSessions.judge(21, 20)).hasValue("21 active sessions > 20");
  }

  @Test
  void anOldTransactionAndDeadRowsAreAReasonTogether() {
    Duration limit = Duration.ofMinutes(30);
    LongTransactions.Oldest old =
        new LongTransactions.Oldest("process 4711", Duration.ofMinutes(45));
    LongTransactions.Oldest young =
        new LongTransactions.Oldest("process 4711", Duration.ofMinutes(30));
    LongTransactions.Rows piled = new LongTransactions.Rows(1_000_000, 200_001);
    assertThat(LongTransactions.judge(old, () -> piled, limit))
        .hasValue(
            "process 4711 is in a transaction for 45 min > 30 min, and keeps vacuum from 200001"
                + " dead rows");
    assertThat(
            LongTransactions.judge(
                young,
                () -> {
                  throw new AssertionError("rows are looked at only beside an old transaction");
                },
                limit))
        .isEmpty();
    LongTransactions.Rows few = new LongTransactions.Rows(1_000_000, 200_000);
    assertThat(LongTransactions.judge(old, () -> few, limit)).isEmpty();
    LongTransactions.Rows small = new LongTransactions.Rows(10, 10_000);
    assertThat(LongTransactions.judge(old, () -> small, limit)).as("a small table").isEmpty();
  }

  @Test
  void aVacuumAgainstWraparoundIsNamed() {
    assertThat(TableVacuum.judge("public.users", 4711))
        .isEqualTo("autovacuum (process 4711) works on public.users to prevent wraparound");
  }

  @Test
  void whatIsOnByDefaultNeverStopsARoleThatMayNotReadIt() {
    assertThat(new BlockedSessions("x").isAskedFor()).isFalse();
    assertThat(new WhenQuery().isAskedFor()).isTrue();
    assertThat(new SlotWal().isAskedFor()).isTrue();
  }
}
