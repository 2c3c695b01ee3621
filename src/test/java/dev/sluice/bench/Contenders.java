package dev.sluice.bench;

import java.util.List;

/** All contenders, in the order of the table. */
final class Contenders {

  private static final String IN_SQL = "0001_split_in_sql";
  private static final String WITH_JOURNAL = "0003_split_with_journal";
  private static final String IN_JAVA = "0002_split_in_java";

  private final List<Contender> all;

  Contenders(SluiceProcess.Installation installation) {
    all =
        List.of(
            new WholeTableUpdate(),
            new PlpgsqlLoop(1_000),
            new PlpgsqlLoop(10_000),
            new StockBatchJob(),
            new SluiceProcess("set-1", IN_SQL, 1, installation),
            new SluiceProcess("set-2", IN_SQL, 2, installation),
            new SluiceProcess("journal-2", WITH_JOURNAL, 2, installation),
            new SluiceProcess("java-1", IN_JAVA, 1, installation),
            new SluiceProcess("java-2", IN_JAVA, 2, installation));
  }

  List<Contender> all() {
    return all;
  }

  /**
   * Those of the given names, in the order of the table.
   *
   * @throws IllegalArgumentException if there is no such name: says which there are
   */
  List<Contender> named(List<String> names) {
    List<String> known = all.stream().map(Contender::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "no contender '%s'. There are: %s.".formatted(name, String.join(", ", known)));
      }
    }
    return all.stream().filter(contender -> names.contains(contender.name())).toList();
  }
}
