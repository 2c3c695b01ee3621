package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LatenciesTest {

  /** As pgbench 15 writes them: client, number, microseconds, script, end, schedule lag. */
  private static final String LOG =
      """
      0 51 1000785 0 1795287513 66849 2019
      1 50 985008 0 1795287513 67015 63
      1 51 917068 0 1795287513 68576 915508
      4 3 failed 0 1795287513 368558 0
      """;

  private static TransactionLog took(int from, int to) {
    String log =
        IntStream.rangeClosed(from, to)
            .mapToObj(millis -> "0 1 %d000 0 1795287513 0 0\n".formatted(millis))
            .collect(Collectors.joining());
    return TransactionLog.of(log, "");
  }

  @Test
  void aPercentileIsTheLeastThatSoManyDoNotExceed() {
    Latencies latencies = Latencies.of(took(1, 200));

    assertThat(latencies).isEqualTo(new Latencies(200, 100, 190, 198, 200, 0));
    assertThat(Latencies.of(took(7, 7))).isEqualTo(new Latencies(1, 7, 7, 7, 7, 0));
  }

  @Test
  void roundsGiveMediansAndTheGreatestMaximum() {
    Latencies together =
        Latencies.of(
            List.of(
                new Latencies(10, 1, 2, 30, 900, 1),
                new Latencies(20, 3, 4, 10, 11, 0),
                new Latencies(30, 2, 3, 20, 40, 2)));

    assertThat(together).isEqualTo(new Latencies(60, 2, 3, 20, 900, 3));
  }

  /** Else the transactions that had to wait their turn behind a blocked one would seem quick. */
  @Test
  void countsFromTheScheduledBegin() {
    TransactionLog log = TransactionLog.of(LOG, "");

    assertThat(log.transactions().get(2))
        .isEqualTo(new TransactionLog.Transaction(1, 1795287513_068576L - 917068, 917068));
    assertThat(Latencies.of(log).maxMillis()).isEqualTo(1000.785);
  }

  @Test
  void countsFailedTransactionsAndClientsThatGaveUp() {
    String output =
        """
        pgbench (15.18)
        pgbench: error: client 0 script 0 aborted in command 2 query 0: ERROR:  column "n" does not exist
        pgbench: error: client 1 script 0 aborted in command 2 query 0: ERROR:  column "n" does not exist
        pgbench: error: Run was aborted; the above results are incomplete.
        """;

    TransactionLog log = TransactionLog.of(LOG, output);

    assertThat(Latencies.of(log).transactions()).isEqualTo(4);
    assertThat(Latencies.of(log).errors()).isEqualTo(3);
    assertThat(log.errors()).containsOnlyKeys(0, 1);
  }

  @Test
  void aLineThatIsBeingWrittenIsNone() {
    assertThat(TransactionLog.of(LOG + "1 52 91", "").transactions()).hasSize(4);
    assertThat(TransactionLog.of("", "").transactions()).isEmpty();
  }

  @Test
  void isCompleteOnceEachClientHasGoneOn() {
    long end = 1795287513_000000L;
    String early = "0 1 500 0 1795287512 999000 0\n1 1 500 0 1795287512 999000 0\n";
    String one = early + "0 2 500 0 1795287513 1000 0\n";

    assertThat(TransactionLog.of(early, "").isCompleteUntil(end, 2)).isFalse();
    assertThat(TransactionLog.of(one, "").isCompleteUntil(end, 2)).isFalse();
    assertThat(TransactionLog.of(one + "1 2 500 0 1795287513 1000 0\n", "").isCompleteUntil(end, 2))
        .isTrue();
    assertThat(TransactionLog.of(one, "client 1 script 0 aborted").isCompleteUntil(end, 2))
        .isTrue();
    assertThat(TransactionLog.of(one, "").between(end - 1_500, end).transactions()).hasSize(2);
    assertThat(TransactionLog.of(one, "").between(end, end + 1_000_000).transactions()).hasSize(1);
  }

  @Test
  void noTransactionIsNoMeasurement() {
    assertThat(Latencies.p99Millis(new TransactionLog(List.of(), Map.of()))).isNull();
    assertThatThrownBy(() -> Latencies.of(new TransactionLog(List.of(), Map.of())))
        .hasMessage(
            "no transaction of the application ended well meanwhile. Raise --rate or --rows.");
  }
}
