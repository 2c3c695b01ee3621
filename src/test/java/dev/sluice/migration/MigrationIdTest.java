package dev.sluice.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MigrationIdTest {

  @ParameterizedTest
  @ValueSource(strings = {"0001_split", "1_a", "20261120093000_x_2", "7_9"})
  void acceptsANumberAndAName(String value) {
    assertThat(new MigrationId(value)).hasToString(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "split", "0001", "0001_", "0001-split", "0001_Split", "_a", "1_ä"})
  void refusesEverythingElse(String value) {
    assertThat(MigrationId.isValid(value)).isFalse();
    assertThatThrownBy(() -> new MigrationId(value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "'%s' is no migration id: a number or timestamp, '_', then [a-z0-9_], at most 50 characters, like '0001_split_name'",
            value);
  }

  @Test
  void isAtMostFiftyCharactersLong() {
    assertThat(MigrationId.isValid("1_" + "x".repeat(48))).isTrue();
    assertThat(MigrationId.isValid("1_" + "x".repeat(49))).isFalse();
  }

  @Test
  void isOrderedByNumberThenByName() {
    assertThat(
            Stream.of("20261120093000_t", "0010_y", "9_x", "0010_b", "99999999999999999999_z")
                .map(MigrationId::new)
                .sorted())
        .extracting(MigrationId::value)
        .containsExactly("9_x", "0010_b", "0010_y", "20261120093000_t", "99999999999999999999_z");
  }
}
