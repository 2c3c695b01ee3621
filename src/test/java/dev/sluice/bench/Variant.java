package dev.sluice.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One way to start Sluice. Its name says how it differs from {@value #CHUNK_ROWS} rows a chunk, no
 * journal and no throttle: {@code set-2}, {@code java-4-c500-journal}, {@code set-2-throttled}.
 *
 * @param workers 1 to 32
 * @param chunkRows 100 to 1000
 * @param throttled slowed down on purpose; only with {@code set} and without a journal
 */
record Variant(Kind kind, int workers, int chunkRows, boolean journal, boolean throttled) {

  /** What a chunk has unless the name says otherwise: the most that Sluice takes. */
  static final int CHUNK_ROWS = 1_000;

  static final int CHUNK_ROWS_MIN = 100;
  private static final int WORKERS_MAX = 32;

  private static final Pattern NAME =
      Pattern.compile("(set|java)-([1-9]\\d?)(?:-c([1-9]\\d{2,3}))?(-journal)?(-throttled)?");

  /** Where the names are split. */
  enum Kind {
    SET,
    JAVA
  }

  static Variant of(Kind kind, int workers) {
    return new Variant(kind, workers, CHUNK_ROWS, false, false);
  }

  Variant withChunkRows(int rows) {
    return new Variant(kind, workers, rows, journal, throttled);
  }

  Variant withJournal() {
    return new Variant(kind, workers, chunkRows, true, throttled);
  }

  /** Empty: it is no such name. */
  static Optional<Variant> named(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String rows = matcher.group(3);
    Variant variant =
        new Variant(
            Kind.valueOf(matcher.group(1).toUpperCase(Locale.ROOT)),
            Integer.parseInt(matcher.group(2)),
            rows == null ? CHUNK_ROWS : Integer.parseInt(rows),
            matcher.group(4) != null,
            matcher.group(5) != null);
    return Optional.of(variant).filter(Variant::exists);
  }

  private boolean exists() {
    boolean withinBounds =
        workers <= WORKERS_MAX && chunkRows >= CHUNK_ROWS_MIN && chunkRows <= CHUNK_ROWS;
    return withinBounds && (!throttled || (kind == Kind.SET && !journal));
  }

  /** On the command line and in the tables. */
  String name() {
    return kind.name().toLowerCase(Locale.ROOT)
        + "-"
        + workers
        + (chunkRows == CHUNK_ROWS ? "" : "-c" + chunkRows)
        + (journal ? "-journal" : "")
        + (throttled ? "-throttled" : "");
  }

  /** Its folder under {@code src/test/resources/bench/}. */
  String migration() {
    if (throttled) {
      return "0005_split_throttled";
    }
    return switch (kind) {
      case SET -> journal ? "0003_split_with_journal" : "0001_split_in_sql";
      case JAVA -> journal ? "0004_split_in_java_with_journal" : "0002_split_in_java";
    };
  }

  /** What the command {@code run} gets. */
  List<String> arguments() {
    return List.of("run", migration(), "--workers", workers + "", "--chunk-rows", chunkRows + "");
  }

  /** Each kind with each number of workers, rows a chunk, journal off and on; not throttled. */
  static List<Variant> cross() {
    List<Variant> cross = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      for (int rows : List.of(CHUNK_ROWS, 500, CHUNK_ROWS_MIN)) {
        for (int workers : List.of(1, 2, 4)) {
          Variant plain = of(kind, workers).withChunkRows(rows);
          cross.addAll(List.of(plain, plain.withJournal()));
        }
      }
    }
    return cross;
  }
}
