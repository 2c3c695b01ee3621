package dev.sluice.migration;

import java.util.Collection;
import java.util.Optional;

/**
 * The name that a misspelt one was probably meant to be: of a key in a definition, of a table or a
 * column in a database.
 */
public final class NearestName {

  /** Longer ones are no misspelling of anything here, and the comparison is quadratic. */
  private static final int LENGTH_MAX = 100;

  private NearestName() {}

  /** Empty if no name is near: more than a third of the letters would have to change. */
  public static Optional<String> of(String wrong, Collection<String> names) {
    if (wrong.length() > LENGTH_MAX) {
      return Optional.empty();
    }
    String nearest = null;
    int nearestDistance = Math.max(1, wrong.length() / 3) + 1;
    for (String name : names) {
      int distance = distance(wrong, name);
      if (distance < nearestDistance) {
        nearest = name;
        nearestDistance = distance;
      }
    }
    return Optional.ofNullable(nearest);
  }

  /** {@code ; did you mean 'chunk'?}, or a full stop if nothing is near. */
  public static String question(String wrong, Collection<String> names) {
    return of(wrong, names).map("; did you mean '%s'?"::formatted).orElse(".");
  }

  /** Letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
  private static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      cost[i][0] = i;
    }
    for (int j = 0; j <= b.length(); j++) {
      cost[0][j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      for (int j = 1; j <= b.length(); j++) {
        int replace = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        cost[i][j] = Math.min(replace, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        if (swapped) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[a.length()][b.length()];
  }
}
