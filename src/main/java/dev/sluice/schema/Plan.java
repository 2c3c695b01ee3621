package dev.sluice.schema;

import dev.sluice.migration.Script;
import dev.sluice.schema.ScriptResult.Rewrite;
import java.util.ArrayList;
import java.util.List;

/**
 * A file as it is run: its steps in order, cut into transactions.
 *
 * <p>It follows from the text alone, so that a restart counts the same steps.
 *
 * @param rewrites which statements are run in another form than the file's
 */
record Plan(List<Unit> units, List<Rewrite> rewrites) {

  Plan {
    units = List.copyOf(units);
    rewrites = List.copyOf(rewrites);
  }

  /**
   * @param script without problems, see {@link ScriptReader#check}
   */
  static Plan of(Script script) {
    return script.kind().isFlat() ? ofFlat(script) : ofFolder(script);
  }

  /** As it is. Without a transaction around the file, each statement still counts itself in one. */
  private static Plan ofFlat(Script script) {
    boolean wrapped = ScriptReader.isWrapped(script);
    boolean atomic = script.atomic() || wrapped;
    List<ScriptStatement> statements = ScriptReader.statements(script);
    boolean mayCommit = !wrapped && (!atomic || statements.size() == 1);
    Builder builder = new Builder();
    for (ScriptStatement statement : statements) {
      Isolation isolation = Isolation.ofFlat(statement, mayCommit);
      builder.add(new Step(statement.line(), statement.sql(), isolation));
      if (!atomic) {
        builder.close();
      }
    }
    return builder.build();
  }

  private static Plan ofFolder(Script script) {
    Builder builder = new Builder();
    CreatedTables created = new CreatedTables();
    for (ScriptStatement statement : ScriptReader.statements(script)) {
      created.see(statement);
      if (SchemaRules.rewrites(script.kind())
          && !created.isTargetOf(statement)
          && SafeConstrain.of(statement) instanceof SafeConstrain.Instead instead) {
        builder.add(statement, instead);
      } else {
        builder.add(Step.of(statement));
      }
    }
    return builder.build();
  }

  List<Step> steps() {
    return units.stream().flatMap(unit -> unit.steps().stream()).toList();
  }

  private static final class Builder {
    private final List<Unit> units = new ArrayList<>();
    private final List<Rewrite> rewrites = new ArrayList<>();
    private List<Step> together = new ArrayList<>();
    private int steps;

    void add(Step step) {
      if (step.isolation() == Isolation.TOGETHER) {
        together.add(step);
      } else {
        close();
        add(List.of(step));
      }
    }

    void add(ScriptStatement statement, SafeConstrain.Instead instead) {
      close();
      instead.transactions().forEach(this::add);
      List<String> done =
          instead.transactions().stream().flatMap(List::stream).map(Step::sql).toList();
      rewrites.add(new Rewrite(statement.line(), statement.summary(), done));
    }

    private void add(List<Step> transaction) {
      units.add(new Unit(steps, transaction));
      steps += transaction.size();
    }

    private void close() {
      if (!together.isEmpty()) {
        add(together);
        together = new ArrayList<>();
      }
    }

    Plan build() {
      close();
      return new Plan(units, rewrites);
    }
  }
}
