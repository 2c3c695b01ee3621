package dev.sluice.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.TableName;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StridesTest {

  private static final int ROWS = 100;

  @Test
  void aFullStretchTakesEightPassesOfTwoChunks() {
    List<List<Key>> chunks = chunks(strides(1600), ROWS);
    assertThat(chunks).hasSize(16);
    assertThat(chunks.get(0)).startsWith(key(0), key(8), key(16)).hasSize(ROWS);
    assertThat(chunks.get(1)).startsWith(key(800), key(808)).endsWith(key(1592));
    assertThat(chunks.get(2)).startsWith(key(1), key(9));
    assertThat(chunks.get(15)).endsWith(key(1599));
  }

  @Test
  void everyKeyIsInOneChunkWhateverTheNumbers() {
    for (int keys : new int[] {1, 7, 99, 100, 101, 399, 400, 401, 1599, 1600}) {
      for (int rows : new int[] {1, 50, 100, 130}) {
        List<Key> all = chunks(strides(keys), rows).stream().flatMap(List::stream).toList();
        assertThat(all).containsExactlyInAnyOrderElementsOf(keys(keys));
      }
    }
  }

  @Test
  void aShortStretchTakesFewerPasses() {
    assertThat(strides(399).next(3)).containsExactly(key(0), key(1), key(2));
    assertThat(strides(400).next(3)).containsExactly(key(0), key(2), key(4));
  }

  @Test
  void chunksMayBecomeSmallerOnTheWay() {
    Strides strides = strides(400);
    strides.advance(ROWS);
    assertThat(strides.next(10)).containsExactlyElementsOf(strides.next(ROWS).subList(0, 10));
    strides.advance(290);
    assertThat(strides.endsAfter(9)).isFalse();
    assertThat(strides.endsAfter(10)).isTrue();
  }

  @Test
  void helpOnlyWhereNoIndexKnowsAWrittenColumn() {
    Table table =
        new Table(
            1,
            TableName.parse("public.t"),
            'r',
            List.of(),
            List.of(
                new Table.Index(
                    Identifier.parse("i"),
                    false,
                    true,
                    List.of(Identifier.parse("a")),
                    List.of(Identifier.parse("a"), Identifier.parse("b")))));
    assertThat(Strides.help(table, List.of(Identifier.parse("c")))).isTrue();
    assertThat(Strides.help(table, List.of(Identifier.parse("c"), Identifier.parse("b"))))
        .isFalse();
  }

  private static List<List<Key>> chunks(Strides strides, int rows) {
    List<List<Key>> chunks = new ArrayList<>();
    while (!strides.endsAfter(0)) {
      chunks.add(strides.next(rows));
      strides.advance(rows);
    }
    return chunks;
  }

  private static Strides strides(int keys) {
    return new Strides(KeyRange.ALL, keys(keys), ROWS);
  }

  private static List<Key> keys(int count) {
    return IntStream.range(0, count).mapToObj(StridesTest::key).toList();
  }

  private static Key key(int i) {
    return new Key(List.of(Integer.toString(i)));
  }
}
