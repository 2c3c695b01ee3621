package dev.sluice.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What pgbench noted of a load at a fixed rate, a line a transaction: client, number, microseconds,
 * script, and when it ended (seconds, microseconds).
 *
 * <p>With {@code --rate} pgbench counts from the moment for which the transaction was scheduled. A
 * client that waits for a lock is late for its next transactions, and they are as slow as a user
 * would find them; counted from their begin, they would seem quick ("coordinated omission").
 *
 * @param errors clients that gave up because a statement failed, by number
 */
record TransactionLog(List<Transaction> transactions, Map<Integer, String> errors) {

  private static final Pattern GAVE_UP = Pattern.compile("client (\\d+) .*aborted.*");

  private static final int CLIENT = 0;
  private static final int TOOK = 2;
  private static final int ENDED_SECONDS = 4;
  private static final int ENDED_MICROS = 5;
  private static final long MICROS_PER_SECOND = 1_000_000;

  /**
   * One transaction.
   *
   * @param scheduledMicros since 1970
   * @param tookMicros from then to its end; negative: it failed
   */
  record Transaction(int client, long scheduledMicros, long tookMicros) {
    private static final long FAILED = -1;

    boolean failed() {
      return tookMicros < 0;
    }

    /** A failed one has a word in place of its time; when it was scheduled is not known. */
    private static Transaction of(String line) {
      String[] fields = line.split(" ", -1);
      int client = Integer.parseInt(fields[CLIENT]);
      long ended =
          Long.parseLong(fields[ENDED_SECONDS]) * MICROS_PER_SECOND
              + Long.parseLong(fields[ENDED_MICROS]);
      boolean failed = !Character.isDigit(fields[TOOK].charAt(0));
      long took = failed ? FAILED : Long.parseLong(fields[TOOK]);
      return new Transaction(client, failed ? ended : ended - took, took);
    }
  }

  /**
   * @param log as far as it is written: what follows the last line break is not yet a line
   * @param output what pgbench printed
   */
  static TransactionLog of(String log, String output) {
    List<Transaction> transactions = new ArrayList<>();
    log.substring(0, log.lastIndexOf('\n') + 1)
        .lines()
        .forEach(line -> transactions.add(Transaction.of(line)));
    Map<Integer, String> errors = new HashMap<>();
    output
        .lines()
        .map(GAVE_UP::matcher)
        .filter(Matcher::find)
        .forEach(found -> errors.put(Integer.valueOf(found.group(1)), found.group()));
    return new TransactionLog(transactions, errors);
  }

  /** Whether all that was scheduled before then is over; each client takes its own in order. */
  boolean isCompleteUntil(long micros, int clients) {
    long over =
        transactions.stream()
            .filter(t -> t.scheduledMicros() >= micros && !errors.containsKey(t.client()))
            .mapToInt(Transaction::client)
            .distinct()
            .count();
    return over + errors.size() >= clients;
  }

  /** Whether there is a transaction that did not fail. */
  boolean hasEnded() {
    return transactions.stream().anyMatch(t -> !t.failed());
  }

  /** What was scheduled from then (inclusive) to then (exclusive). */
  TransactionLog between(long fromMicros, long toMicros) {
    return new TransactionLog(
        transactions.stream()
            .filter(t -> t.scheduledMicros() >= fromMicros && t.scheduledMicros() < toMicros)
            .toList(),
        errors);
  }
}
