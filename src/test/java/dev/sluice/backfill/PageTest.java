package dev.sluice.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PageTest {

  private static final KeyRange WINDOW = new KeyRange(key("10"), key("20"));

  @Test
  void aFullPageLeavesWhatIsBehindItsLastKey() {
    assertThat(page(true, "11", "13").rest()).contains(new KeyRange(key("13"), key("20")));
  }

  @Test
  void aFullPageThatEndsAtTheWindowsEndLeavesNothing() {
    assertThat(page(true, "11", "20").rest()).isEmpty();
  }

  @Test
  void aPageThatIsNotFullHasLookedAtTheWholeWindow() {
    assertThat(page(false, "11").rest()).isEmpty();
    assertThat(page(false).rest()).isEmpty();
  }

  @Test
  void aWindowWithoutAnEndHasRowsBehindAnyFullPage() {
    KeyRange open = new KeyRange(null, null);
    Page<String> page = new Page<>(open, List.of("row"), List.of(key("11")), true);
    assertThat(page.rest()).contains(new KeyRange(key("11"), null));
  }

  private static Page<String> page(boolean full, String... keys) {
    return new Page<>(WINDOW, List.of(keys), Arrays.stream(keys).map(PageTest::key).toList(), full);
  }

  private static Key key(String text) {
    return new Key(List.of(text));
  }
}
