package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.Script;
import dev.sluice.migration.Script.Kind;
import dev.sluice.schema.ScriptResult.Rewrite;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTest {

  @Test
  void neighboursShareATransaction() {
    Plan plan =
        plan(
            Kind.EXPAND_UP,
            """
            CREATE TABLE a (id int);
            ALTER TABLE b ADD COLUMN c int;
            CREATE INDEX CONCURRENTLY i ON b (c);
            ALTER TYPE mood ADD VALUE 'fine';
            ALTER TABLE b ALTER c SET DEFAULT 1;
            COMMENT ON TABLE b IS 'x';
            """);

    assertThat(plan.units()).extracting(unit -> unit.steps().size()).containsExactly(2, 1, 1, 2);
    assertThat(plan.units()).extracting(Unit::first).containsExactly(0, 2, 3, 4);
    assertThat(plan.units()).extracting(Unit::isOutside).containsExactly(false, true, false, false);
  }

  @Test
  void rewritesAreReportedWithWhatStandsInTheirPlace() {
    Plan plan = plan(Kind.CONSTRAIN_UP, "\nALTER TABLE t ADD CONSTRAINT c CHECK (a > 0);");

    assertThat(plan.rewrites())
        .containsExactly(
            new Rewrite(
                2,
                "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)",
                List.of(
                    "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID",
                    "ALTER TABLE t VALIDATE CONSTRAINT c")));
    assertThat(plan.steps()).extracting(Step::line).containsOnly(2);
  }

  @Test
  void tablesOfTheFileItselfNeedNoCare() {
    Plan plan =
        plan(
            Kind.CONSTRAIN_UP,
            "CREATE TABLE \"T\" (a int); CREATE INDEX ON \"T\" (a); ALTER TABLE public.\"T\" ALTER"
                + " a SET NOT NULL;");

    assertThat(plan.units()).hasSize(1);
    assertThat(plan.rewrites()).isEmpty();
  }

  @Test
  void aFlatFileIsOneTransactionButForWhatPostgresRefusesThere() {
    String file =
        """
        ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0); -- CONCURRENTLY
        ALTER TYPE mood ADD VALUE 'fine';
        DO $$ BEGIN UPDATE t SET a = 1; END $$;
        VACUUM t;
        CALL p();
        ANALYZE t;
        """;
    assertThat(sizes(flat(true, file))).containsExactly(3, 1, 2);
    assertThat(flat(true, file).rewrites()).isEmpty();
    assertThat(sizes(flat(false, file))).containsExactly(1, 1, 1, 1, 1, 1);
    assertThat(flat(false, file).units())
        .extracting(Unit::isOutside)
        .containsExactly(false, false, false, true, true, false);
    assertThat(sizes(flat(false, "BEGIN;" + file + "COMMIT;"))).containsExactly(3, 1, 2);
    assertThat(sizes(flat(true, "-- nothing"))).isEmpty();
  }

  @Test
  void whatCommitsItselfStandsInNoTransactionWhereItMay() {
    String commits = "DO $$ BEGIN UPDATE t SET a = 1; COMMIT; END $$";
    assertThat(flat(true, commits).units()).allMatch(Unit::isOutside);
    assertThat(flat(true, "SELECT 1;" + commits).units()).noneMatch(Unit::isOutside);
    assertThat(flat(false, "SELECT 1;" + commits).units().get(1).isOutside()).isTrue();
    assertThat(flat(true, "BEGIN;" + commits + ";COMMIT").units()).noneMatch(Unit::isOutside);
  }

  private static List<Integer> sizes(Plan plan) {
    return plan.units().stream().map(unit -> unit.steps().size()).toList();
  }

  private static Plan flat(boolean atomic, String text) {
    return Plan.of(new Script(Kind.UP, Path.of("1_a.sql"), text, atomic));
  }

  @Test
  void whatIsLeftOfAUnitFollowsWhatIsDone() {
    Step step = new Step(1, "DROP VIEW a", Isolation.TOGETHER);
    Unit unit = new Unit(3, List.of(step, step, step));

    assertThat(unit.end()).isEqualTo(6);
    assertThat(unit.from(0)).hasSize(3);
    assertThat(unit.from(4)).hasSize(2);
    assertThat(unit.from(9)).isEmpty();
  }

  private static Plan plan(Kind kind, String text) {
    return Plan.of(new Script(kind, Path.of(kind.fileName()), text));
  }
}
