package dev.sluice.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RowTest {

  private final Row row = Row.of(Map.of("phone", "030 1", "age", 7), "phone_e164", "ok");

  @Test
  void givesTheValuesThatWereRead() {
    assertThat(row.get("age")).isEqualTo(7);
    assertThat(row.getString("age")).isEqualTo("7");
  }

  @Test
  void givesNullForNull() {
    Row empty =
        new Row(new Row.Columns(List.of("phone"), List.of("ok")), new @Nullable Object[] {null});
    assertThat(empty.get("phone")).isNull();
    assertThat(empty.getString("phone")).isNull();
  }

  @Test
  void givesResultsInTheOrderOfTheWriteColumns() {
    row.set("ok", true);
    row.set("phone_e164", null);
    assertThat(row.results()).containsExactly(null, true);
  }

  @Test
  void refusesAColumnThatIsNotRead() {
    assertThatThrownBy(() -> Row.of(Map.of("phone", "1")).get("fax"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("column 'fax' is not under transform.read: [phone]");
  }

  @Test
  void refusesAColumnThatIsNotWritten() {
    assertThatThrownBy(() -> row.set("phone", "2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("column 'phone' is not under transform.write: [phone_e164, ok]");
  }

  @Test
  void namesAColumnThatWasLeftUnset() {
    row.set("phone_e164", "+49301");
    assertThatThrownBy(row::results)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the transform did not set column 'ok'");
  }

  @Test
  void refusesAnotherNumberOfValues() {
    assertThatThrownBy(
            () -> new Row(new Row.Columns(List.of("a", "b"), List.of()), new Object[] {1}))
        .hasMessage("1 values for 2 columns");
  }
}
