package dev.sluice.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class IdentifierTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      value = {
        "users, users",
        "Users, users",
        "first_name, first_name",
        "_x1$, _x1$",
        "\"Users\", Users",
        "\"a b\", a b",
        "\"a.b\", a.b",
        "\"a\"\"b\", a\"b",
        "\"select\", select",
        "Größe, größe",
        "Äpfel, Äpfel",
      })
  void readsANameAsTheServerDoes(String sql, String value) {
    assertThat(Identifier.parse(sql).value()).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '~',
      value = {
        "a b|'a b' is not an SQL name; put double quotes around a name with other characters",
        "1a|'1a' is not an SQL name; put double quotes around a name with other characters",
        "a-b|'a-b' is not an SQL name; put double quotes around a name with other characters",
        "a.|'a.' is not an SQL name; put double quotes around a name with other characters",
        "a.b|'a.b' is a qualified name, a single name is wanted",
        "\"a|'\"a' has a quote that is never closed",
        "\"\"|a name must not be empty",
        "\"a\"b|'\"a\"b' is not an SQL name; put double quotes around a name with other characters",
      },
      delimiter = '|')
  void refusesWhatIsNoName(String sql, String message) {
    assertThatThrownBy(() -> Identifier.parse(sql))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void refusesTheEmptyTextAndNul() {
    assertThatThrownBy(() -> Identifier.parse("")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Identifier("a\0b"))
        .hasMessage("a name must not contain a NUL character");
  }

  @Test
  void quotesSoThatNothingBreaksOut() {
    assertThat(new Identifier("users").quoted()).isEqualTo("\"users\"");
    assertThat(new Identifier("a\"; DROP TABLE x; --").quoted())
        .isEqualTo("\"a\"\"; DROP TABLE x; --\"");
  }

  @ParameterizedTest
  @CsvSource({"users", "A b", "x.y", "Ä"})
  void readsBackWhatItQuoted(String value) {
    Identifier name = new Identifier(value);
    assertThat(Identifier.parse(name.quoted())).isEqualTo(name);
  }

  @Test
  void showsTheBareName() {
    assertThat(new Identifier("Order")).hasToString("Order");
  }
}
