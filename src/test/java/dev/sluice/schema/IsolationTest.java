package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IsolationTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE INDEX CONCURRENTLY i ON t (a)",
        "create unique /* x */ index\nconcurrently if not exists i on t (a)",
        "DROP INDEX CONCURRENTLY IF EXISTS i",
        "REINDEX INDEX CONCURRENTLY i",
        "REINDEX (VERBOSE, CONCURRENTLY) TABLE t",
        "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY",
        "VACUUM t",
        "VACUUM (ANALYZE) t",
        "ALTER SYSTEM SET work_mem = '8MB'",
        "CREATE DATABASE d",
        "DROP DATABASE IF EXISTS d",
        "ALTER DATABASE d SET TABLESPACE s",
        "CREATE TABLESPACE s LOCATION '/x'",
        "DROP TABLESPACE s",
        "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p",
        "ALTER SUBSCRIPTION s REFRESH PUBLICATION",
      })
  void runsOutsideWhatPostgresRefusesInATransaction(String sql) {
    assertThat(of(sql)).isEqualTo(Isolation.OUTSIDE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ALTER TABLE t VALIDATE CONSTRAINT c",
        "ALTER TABLE ONLY \"T\" VALIDATE CONSTRAINT \"C\"",
        "ALTER TYPE mood ADD VALUE 'fine'",
        "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'fine' BEFORE 'good'",
        "CREATE EXTENSION IF NOT EXISTS citext",
        "CREATE MATERIALIZED VIEW v AS SELECT 1",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
        "CREATE TABLE t AS SELECT 1",
        "ANALYZE t",
      })
  void runsAloneWhatTakesLongOrIsUsableOnlyAfterItsCommit(String sql) {
    assertThat(of(sql)).isEqualTo(Isolation.ALONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ALTER TABLE t ADD COLUMN concurrently int",
        "CREATE TABLE vacuum (id int GENERATED ALWAYS AS IDENTITY)",
        "/* CREATE INDEX CONCURRENTLY */ CREATE INDEX i ON t (a)",
        "COMMENT ON TABLE t IS 'CREATE INDEX CONCURRENTLY'",
        "DROP INDEX \"CONCURRENTLY\"",
        "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID, VALIDATE CONSTRAINT c",
        "ALTER TYPE mood RENAME VALUE 'a' TO 'b'",
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$",
        "REFRESH MATERIALIZED VIEW v",
      })
  void sharesATransactionOtherwise(String sql) {
    assertThat(of(sql)).isEqualTo(Isolation.TOGETHER);
  }

  private static Isolation of(String sql) {
    return Isolation.of(StatementSplitter.split(sql).get(0));
  }
}
