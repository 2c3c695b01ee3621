package dev.sluice.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterUtils;

class UserSqlTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      textBlock =
          """
          a::int                ~ a::int
          tags ? 'x'            ~ tags ?? 'x'
          tags ?| array['a']    ~ tags ??| array['a']
          a[1:2]                ~ a[1:2]
          flags &4              ~ flags & 4
          a &&b                 ~ a && b
          'why? :no &way'       ~ 'why? :no &way'
          $$why? it's :no$$     ~ 'why? it''s :no'
          E'it\\'s :x ?'        ~ E'it''s :x ?'
          a /* :b ? */ + 1      ~ a   + 1
          """)
  void meansTheSameToPostgresAfterBothReaders(String written, String toTheDriver) {
    assertThat(throughSpring(UserSql.forNamedParameters(written))).isEqualTo(toTheDriver);
  }

  @Test
  void doublesQuestionMarksForTheDriverOutsideOfStringsOnly() {
    assertThat(UserSql.forJdbc("a ? 'b?' AND \"c?\" = $$d?$$"))
        .isEqualTo("a ?? 'b?' AND \"c?\" = 'd?'");
  }

  @Test
  void aCommentAtTheEndCannotSwallowWhatFollows() {
    assertThat(UserSql.forJdbc("a IS NULL -- really")).isEqualTo("a IS NULL  ");
  }

  /** Whatever a user writes, Spring finds no parameter in it, and leaves it as it is. */
  @Test
  void springFindsNoParameterInAnyText() {
    String[] parts = {
      ":a", "::", ":", "?", "??", "&b", "&", "&&", "'", "''", "\"x\"", "$$", "$t$", "E'\\''",
      "--c\n", "/*", "*/", " ", "a", "1", "(", ")", "[1:2]"
    };
    Random random = new Random(42);
    for (int i = 0; i < 20_000; i++) {
      String sql =
          Stream.generate(() -> parts[random.nextInt(parts.length)])
              .limit(1 + random.nextInt(8))
              .collect(Collectors.joining());
      if (unclosed(sql)) {
        continue; // the definition's reader refuses these
      }
      // never at the end of a statement, as in ours
      String escaped = UserSql.forNamedParameters(sql) + "\n";
      assertThat(throughSpring(escaped)).as(sql).isEqualTo(escaped.replace("\\:", ":"));
    }
  }

  private static boolean unclosed(String sql) {
    return SqlLexer.tokens(sql + "\0end").stream()
        .map(SqlLexer.Token::text)
        .anyMatch(text -> text.length() > 1 && text.contains("\0"));
  }

  private static String throughSpring(String sql) {
    return NamedParameterUtils.substituteNamedParameters(sql, new MapSqlParameterSource(Map.of()));
  }
}
