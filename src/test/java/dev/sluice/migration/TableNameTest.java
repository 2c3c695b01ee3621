package dev.sluice.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class TableNameTest {

  @Test
  void readsABareName() {
    TableName table = TableName.parse("Users");
    assertThat(table.schemaIfGiven()).isEmpty();
    assertThat(table.quoted()).isEqualTo("\"users\"");
    assertThat(table).hasToString("users");
  }

  @Test
  void readsAQualifiedName() {
    TableName table = TableName.parse("app.\"Order\"");
    assertThat(table.schemaIfGiven()).contains(new Identifier("app"));
    assertThat(table.name()).isEqualTo(new Identifier("Order"));
    assertThat(table.quoted()).isEqualTo("\"app\".\"Order\"");
    assertThat(table).hasToString("app.Order");
  }

  @Test
  void refusesMoreThanTwoParts() {
    assertThatThrownBy(() -> TableName.parse("db.app.users"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'db.app.users' has 3 parts, at most schema.table is wanted");
  }
}
