package dev.sluice.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowFaultIT {

  private static final TestDatabase DATABASE = PostgresServer.newest().newDatabase();

  @BeforeAll
  static void create() {
    DATABASE.execute(
        """
        CREATE DOMAIN positive AS int CONSTRAINT above_zero CHECK (VALUE > 0);
        CREATE TABLE t (
          id int PRIMARY KEY,
          code varchar(3),
          name text NOT NULL,
          "how many?" int CONSTRAINT "at most 9" CHECK ("how many?" < 10),
          p positive,
          period int4range,
          EXCLUDE USING gist (period WITH &&));
        CREATE INDEX ON t (name);
        INSERT INTO t VALUES (1, 'a', 'secret', 1, 1, '[1,5)'), (2, 'a', 'secret', 1, 1, '[5,9)');
        CREATE VIEW few AS SELECT * FROM t WHERE id < 10 WITH CHECK OPTION;
        CREATE FUNCTION raise(state text) RETURNS int LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION 'secret' USING ERRCODE = state;
        END $$;
        CREATE FUNCTION assert() RETURNS int LANGUAGE plpgsql AS $$
        BEGIN
          ASSERT false, 'secret';
          RETURN 1;
        END $$;
        """);
  }

  @AfterAll
  static void drop() {
    DATABASE.close();
  }

  private static Throwable error(String sql) {
    return catchThrowable(() -> DATABASE.jdbc().sql(sql).update());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "UPDATE t SET code = 'secret'|a value is too long for its type (the message may quote it, left out) [22001]",
        "UPDATE t SET id = 'secret'::text::int|a text is no value of the type (the message may quote it, left out) [22P02]",
        "UPDATE t SET id = 1e10|a number is out of its type's range (the message may quote it, left out) [22003]",
        "UPDATE t SET id = 1 / (id - 1)|division by zero (the message may quote it, left out) [22012]",
        "UPDATE t SET id = extract(day FROM concat('2026-02-3', id)::date)|a date or time is out of range (the message may quote it, left out) [22008]",
        "UPDATE t SET id = 2 WHERE id = 1|duplicate key value violates unique constraint \"t_pkey\" [23505]",
        "UPDATE t SET name = NULL|null value in column \"name\" of relation \"t\" violates not-null constraint [23502]",
        "UPDATE t SET \"how many?\" = 10|new row for relation \"t\" violates check constraint \"at most 9\" [23514]",
        "UPDATE t SET p = 0|value for domain positive violates check constraint \"above_zero\" [23514]",
        "UPDATE t SET period = '[1,9)' WHERE id = 1|conflicting key value violates exclusion constraint \"t_period_excl\" [23P01]",
        "UPDATE few SET id = 10 WHERE id = 1|new row violates check option for view \"few\" [44000]",
        "UPDATE t SET id = (SELECT o.id FROM t o)|more than one row returned by a subquery used as an expression [21000]",
        "UPDATE t SET id = raise('P0001')|a trigger or function of the database refuses the row (the message may quote it, left out) [P0001]",
        "UPDATE t SET id = raise('45000')|a trigger or function of the database refuses the row (the message may quote it, left out) [45000]",
        "UPDATE t SET id = raise('MY001')|a trigger or function of the database refuses the row (the message may quote it, left out) [MY001]",
        "UPDATE t SET id = raise('23514')|a trigger or function of the database refuses the row (the message may quote it, left out) [23514]",
        "UPDATE t SET id = assert()|a trigger or function of the database refuses the row (the message may quote it, left out) [P0004]",
      })
  void tellsWhatIsWrongWithARowAndNoValueOfIt(String sql, String text) {
    Throwable error = error(sql);
    RowFault fault = RowFault.of(error).orElseThrow(() -> new AssertionError(error));

    assertThat(fault.toString()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE nothing SET id = 1",
        "UPDATE t SET nothing = 1",
        "UPDATE t SET id = raise('40001')",
        "UPDATE t SET id = raise('53100')",
        "UPDATE t SET id = raise('57014')",
        "UPDATE t SET id = raise('25006')",
        "UPDATE t SET id = raise('42501')",
      })
  void otherErrorsAreNoRowsFault(String sql) {
    assertThat(RowFault.of(error(sql))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"P0001", "45000", "MY001", "23514", "42501", "57014", "40001"})
  void whatAFunctionRaisesIsPrintedNowhere(String state) {
    Throwable error = error("UPDATE t SET id = raise('%s')".formatted(state));

    assertThat(SqlStates.message(error))
        .isEqualTo(
            "ERROR: a trigger or function of the database raised it (the message may quote a row,"
                + " left out) [%s]".formatted(state));
    assertThat(ServerError.of(error).orElseThrow().textWithoutValues())
        .isEqualTo(
            "a value is refused, SQLSTATE %s (the message may quote it and is left out)"
                .formatted(state));
  }

  @Test
  void whatAnAssertionSaysIsPrintedNowhere() {
    assertThat(SqlStates.message(error("UPDATE t SET id = assert()"))).doesNotContain("secret");
  }

  @ParameterizedTest
  @CsvSource({"\"how many?\" = 10,at most 9", "p = 0,above_zero", "name = NULL,"})
  void namesTheConstraint(String assignment, String constraint) {
    assertThat(RowFault.of(error("UPDATE t SET " + assignment)).orElseThrow().constraint())
        .isEqualTo(constraint);
  }

  @Test
  void aValueThatIsTooLongForAnIndexIsARowsFault() {
    RowFault fault =
        RowFault.of(
                error(
                    "UPDATE t SET name = (SELECT string_agg(md5(n::text), '') FROM"
                        + " generate_series(1, 1000) AS n) WHERE id = 1"))
            .orElseThrow();
    assertThat(fault.toString()).matches("index row .* \\[54000]");
  }
}
