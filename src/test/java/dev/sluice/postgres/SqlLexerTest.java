package dev.sluice.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.postgres.SqlLexer.Kind;
import dev.sluice.postgres.SqlLexer.Token;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlLexerTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1",
        "a::int + $1 -- comment",
        "/* a /* nested */ comment */ x",
        "E'it\\'s' || 'it''s' || $$it's$$ || $t$a $$ b$t$",
        "\"quoted \"\" name\" & b'01' & U&'\\0041'",
        "unclosed 'string",
        "unclosed $$ string",
        "unclosed /* comment",
        "naïve_ñame$1"
      })
  void tokensTogetherAreTheText(String sql) {
    String together = SqlLexer.tokens(sql).stream().map(Token::text).collect(Collectors.joining());
    assertThat(together).isEqualTo(sql);
  }

  @Test
  void findsTheEndsOfStringsNamesAndComments() {
    assertThat(kinds("'a''b' E'c\\'d' $x$ ; $x$ \"e\"\"f\" /* /* */ ; */ -- ;\n word $1"))
        .containsExactly(
            Kind.STRING,
            Kind.ESCAPE_STRING,
            Kind.DOLLAR_STRING,
            Kind.QUOTED_NAME,
            Kind.COMMENT,
            Kind.COMMENT,
            Kind.WORD,
            Kind.SYMBOL,
            Kind.WORD);
  }

  @Test
  void aDollarInsideAWordStartsNoString() {
    assertThat(kinds("a$b$c")).containsExactly(Kind.WORD);
  }

  @Test
  void aBackslashIsAnOrdinaryCharacterInAPlainString() {
    assertThat(kinds("'a\\' b")).containsExactly(Kind.STRING, Kind.WORD);
  }

  private static List<Kind> kinds(String sql) {
    return SqlLexer.tokens(sql).stream()
        .map(Token::kind)
        .filter(kind -> kind != Kind.SPACE)
        .toList();
  }
}
