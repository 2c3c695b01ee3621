package dev.sluice.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.postgres.Key;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BadRowSearchTest {

  private final List<Integer> done = new ArrayList<>();
  private final List<Integer> bad = new ArrayList<>();
  private int trials;

  private void search(int rows, Set<Integer> badRows) throws Exception {
    List<Key> keys =
        IntStream.range(0, rows).mapToObj(n -> new Key(List.of(String.valueOf(n)))).toList();
    BadRowSearch.Trial trial =
        new BadRowSearch.Trial() {
          @Override
          public boolean passes(List<Key> part) {
            trials++;
            List<Integer> numbers =
                part.stream().map(key -> Integer.valueOf(key.texts().get(0))).toList();
            if (!Collections.disjoint(numbers, badRows)) {
              return false;
            }
            done.addAll(numbers);
            return true;
          }

          @Override
          public void alone(Key row) {
            if (!passes(List.of(row))) {
              bad.add(Integer.valueOf(row.texts().get(0)));
            }
          }
        };
    new BadRowSearch(trial).in(keys);
  }

  @Test
  void findsEachBadRowInAboutTwoLog2Trials() throws Exception {
    for (int row = 0; row < 1_000; row++) {
      trials = 0;
      bad.clear();
      search(1_000, Set.of(row));
      assertThat(bad).containsExactly(row);
      assertThat(trials).isLessThanOrEqualTo(2 * 10 + 1);
    }
  }

  @Test
  void severalCostAboutThatEach() throws Exception {
    search(1_000, Set.of(0, 499, 500, 999));
    assertThat(bad).containsExactly(0, 499, 500, 999);
    assertThat(trials).isLessThanOrEqualTo(4 * (2 * 10 + 1));
  }

  @Test
  void doesEveryOtherRowOnce() throws Exception {
    search(777, Set.of(3, 4, 700));
    assertThat(done).hasSize(774).doesNotHaveDuplicates();
    assertThat(new TreeSet<>(done)).doesNotContain(3, 4, 700);
  }

  @Test
  void allRowsMayBeBad() throws Exception {
    search(64, new TreeSet<>(IntStream.range(0, 64).boxed().toList()));
    assertThat(bad).hasSize(64).isSorted();
    assertThat(done).isEmpty();
    assertThat(trials).as("two a row at most, and the row alone").isLessThanOrEqualTo(3 * 64);
  }
}
