package dev.sluice.definition;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SqlSnippetTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "first_name IS NULL",
        "a = ';'",
        "a = 'it''s;'",
        "a = E'it\\'s;'",
        "a = E'x''\\';'",
        "a = e'\\\\' || ';'",
        "a = '\\' || ';'",
        "type'\\'",
        "\"a;\"\"b\" = 1",
        "a = $$;'$$",
        "a = $x$ ; $$ ( $x$",
        "$1 || a$b$c",
        "f(a, (b))",
        "a = ')('",
        "a /* ; ( /* ' */ ) */ = 1",
        "a -- ; '\n= 1",
        "a - -1",
        "a->>'x' / 2 * 3",
      })
  void acceptsOneExpression(String sql) {
    assertThat(new SqlSnippet(sql).fault()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "a; DROP TABLE b|has a ';': one expression or query is wanted, and no end of it.",
        "'a' ; b|has a ';': one expression or query is wanted, and no end of it.",
        "'\\' ; b|has a ';': one expression or query is wanted, and no end of it.",
        "type'\\' ; b|has a ';': one expression or query is wanted, and no end of it.",
        "a$b$ ; $b$|has a ';': one expression or query is wanted, and no end of it.",
        "a) OR (true|has a ')' that was never opened.",
        "(a|has a '(' that is never closed.",
        "'a|has a ' that is never closed.",
        "E'a\\'|has a ' that is never closed.",
        "\"a|has a \" that is never closed.",
        "$x$ a $$|has a $x$ that is never closed.",
        "a /* /* */|has a /* that is never closed.",
        "a /*/|has a /* that is never closed.",
        "a -- b|ends in a '--' comment, which would hide what follows it.",
      })
  void refusesWhatWouldBreakOut(String sql, String fault) {
    assertThat(new SqlSnippet(sql).fault()).isEqualTo(fault);
  }

  @Test
  void refusesNul() {
    assertThat(new SqlSnippet("a\0").fault()).isEqualTo("has a NUL character.");
  }
}
