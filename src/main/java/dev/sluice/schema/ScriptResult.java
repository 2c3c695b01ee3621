package dev.sluice.schema;

import java.util.List;

/**
 * What a run of a file did.
 *
 * @param doneBefore how many steps an earlier run had done; with nothing executed: the whole file
 * @param executed in order
 * @param rewrites which statements were run in a form that does not block the application
 */
public record ScriptResult(int doneBefore, List<Executed> executed, List<Rewrite> rewrites) {

  /**
   * @param line of the statement in the file
   * @param summary one line, shortened
   */
  public record Executed(int line, String summary) {}

  /**
   * @param line of the statement in the file
   * @param statement one line, shortened
   * @param instead the SQL that was run in its place
   */
  public record Rewrite(int line, String statement, List<String> instead) {
    public Rewrite {
      instead = List.copyOf(instead);
    }
  }

  public ScriptResult {
    executed = List.copyOf(executed);
    rewrites = List.copyOf(rewrites);
  }
}
