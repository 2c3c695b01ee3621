package dev.sluice.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.TableName;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.KeyWindows;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.TransientRetry;
import dev.sluice.postgres.Waiter.StoppedException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.core.task.TaskExecutor;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.core.JdbcTemplate;

class RemainingCountTest {

  private static final int RANGES = 1000;

  private final AtomicInteger counted = new AtomicInteger();

  @Test
  void addsUpAndTellsWhereTheRowsAre() throws Exception {
    Remaining remaining = count(end -> end == 3 ? 5 : end == 7 ? 1 : 0, Runnable::run);
    assertThat(remaining.rows()).isEqualTo(6);
    assertThat(remaining.ranges()).containsExactly(range(3), range(7));
    assertThat(remaining.isNone()).isFalse();
    assertThat(counted).hasValue(RANGES);
  }

  @Test
  void noRowAnywhereIsNone() throws Exception {
    assertThat(count(end -> 0, Runnable::run).isNone()).isTrue();
  }

  @Test
  void afterAFailureTheQueuedRangesAreNotCounted() {
    Queue<Runnable> queue = new ArrayDeque<>();
    assertThatThrownBy(
            () ->
                count(
                    end -> {
                      if (end == 2) {
                        throw new QueryTimeoutException("the server's error");
                      }
                      return 0;
                    },
                    task -> {
                      // a worker that got as far as the range that fails
                      if (queue.size() < RANGES && counted.get() < 3) {
                        task.run();
                      } else {
                        queue.add(task);
                      }
                    }))
        .isInstanceOf(QueryTimeoutException.class)
        .hasMessage("the server's error");
    assertThat(queue).hasSize(RANGES - 3);
    queue.forEach(Runnable::run);
    assertThat(counted).hasValue(3);
  }

  @Test
  void aStopIsObeyedBeforeEachRange() {
    assertThatThrownBy(
            () ->
                new RemainingCount(
                        windows(end -> 0),
                        "true",
                        TransientRetry.of(1, Duration.ofSeconds(1), wait -> {}, error -> false),
                        () -> {
                          throw new StoppedException();
                        })
                    .count(ranges(), Runnable::run))
        .isInstanceOf(StoppedException.class);
    assertThat(counted).hasValue(0);
  }

  private Remaining count(LongUnaryOperator rowsUpTo, TaskExecutor workers) throws Exception {
    return new RemainingCount(
            windows(rowsUpTo),
            "true",
            TransientRetry.of(1, Duration.ofSeconds(1), wait -> {}, error -> false),
            () -> {})
        .count(ranges(), workers);
  }

  /** A database that answers each count by the end of its range. */
  private KeyWindows windows(LongUnaryOperator rowsUpTo) {
    JdbcTemplate jdbc =
        new JdbcTemplate() {
          @Override
          public <T> T queryForObject(
              String sql, Class<T> type, @Nullable Object @Nullable ... arguments) {
            counted.incrementAndGet();
            @Nullable Object[] all = Objects.requireNonNull(arguments);
            long end = Long.parseLong(String.valueOf(all[all.length - 1]));
            return type.cast(rowsUpTo.applyAsLong(end));
          }
        };
    Table.Column id =
        new Table.Column(new Identifier("id"), 1, "bigint", "bigint", true, false, false);
    return new KeyWindows(jdbc, new TableKey(TableName.parse("users"), List.of(id)));
  }

  private static List<KeyRange> ranges() {
    return IntStream.range(0, RANGES).mapToObj(RemainingCountTest::range).toList();
  }

  private static KeyRange range(int end) {
    return new KeyRange(new Key(List.of("" + (end - 1))), new Key(List.of("" + end)));
  }
}
