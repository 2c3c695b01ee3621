package dev.sluice.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The order of a part's measurements. Every round begins with the next contender, so that what
 * changes on the machine meanwhile meets none of them always.
 */
final class Rounds {

  private Rounds() {}

  /**
   * One measurement to take.
   *
   * @param round from 1
   */
  record Turn<T>(int round, T of) {}

  static <T> List<Turn<T>> of(int rounds, List<T> contenders) {
    List<Turn<T>> turns = new ArrayList<>();
    for (int round = 1; round <= rounds; round++) {
      List<T> rotated = new ArrayList<>(contenders);
      Collections.rotate(rotated, 1 - round);
      for (T contender : rotated) {
        turns.add(new Turn<>(round, contender));
      }
    }
    return turns;
  }
}
