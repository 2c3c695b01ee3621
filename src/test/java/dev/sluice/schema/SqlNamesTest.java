package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SqlNamesTest {

  @Test
  void longNamesAreCutByBytesAndStayDifferent() {
    String one = SqlNames.made("sluice_not_null", "ä".repeat(40), "a").value();
    String other = SqlNames.made("sluice_not_null", "ä".repeat(40), "b").value();

    assertThat(one).isNotEqualTo(other).startsWith("sluice_not_null_äää").doesNotContain("�");
    assertThat(one.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(61, 63);
    assertThat(one).isEqualTo(SqlNames.made("sluice_not_null", "ä".repeat(40), "a").value());
  }

  @Test
  void bareNamesFoldAsInSql() {
    assertThat(SqlNames.bare("App.Users")).isEqualTo("users");
    assertThat(SqlNames.bare("app.\"Order\"")).isEqualTo("Order");
    assertThat(SqlNames.table("a.b.c")).isEmpty();
  }
}
