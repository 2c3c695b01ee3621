package dev.sluice.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PageTest {

  private static final KeyRange WINDOW = new KeyRange(key("0"), key("9"));

  @Test
  void aFullPageLeavesWhatIsBehindItsLastKey() {
    assertThat(page("1", "5").isFull()).isTrue();
    assertThat(page("1", "5").rest()).contains(new KeyRange(key("5"), key("9")));
  }

  @Test
  void aFullPageUpToTheWindowsEndLeavesNothing() {
    assertThat(page("1", "9").rest()).isEmpty();
  }

  @Test
  void aPageThatIsNotFullHasLookedAtTheWholeWindow() {
    assertThat(page("1").isFull()).isFalse();
    assertThat(page("1").rest()).isEmpty();
    assertThat(page().rest()).isEmpty();
  }

  @Test
  void aWindowWithoutAnEndHasRowsBehindAnyFullPage() {
    KeyRange open = new KeyRange(null, null);
    Page<String> page =
        new Page<>(new Page.Request(open, 1, List.of()), List.of("row"), List.of(key("11")));
    assertThat(page.rest()).contains(new KeyRange(key("11"), null));
  }

  private static Page<String> page(String... keys) {
    return new Page<>(
        new Page.Request(WINDOW, 2, List.of()),
        List.of(keys),
        Stream.of(keys).map(PageTest::key).toList());
  }

  private static Key key(String text) {
    return new Key(List.of(text));
  }
}
