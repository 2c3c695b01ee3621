package dev.sluice.schema;

import java.util.List;

/**
 * Steps that are done together or not at all.
 *
 * @param first how many steps of the file stand before it
 * @param steps at least one; a step outside a transaction is the only one
 */
record Unit(int first, List<Step> steps) {

  Unit {
    steps = List.copyOf(steps);
    if (steps.isEmpty()) {
      throw new IllegalArgumentException("a unit must have at least one step");
    }
  }

  /** How many steps of the file are done when it is. */
  int end() {
    return first + steps.size();
  }

  boolean isOutside() {
    return steps.get(0).isolation() == Isolation.OUTSIDE;
  }

  /** The same without what was done before: a correction may have put its rest beside it. */
  Unit after(int done) {
    return done <= first || done >= end() ? this : new Unit(done, from(done));
  }

  /** What is left of it when so many steps of the file are done. */
  List<Step> from(int done) {
    return steps.subList(Math.min(Math.max(0, done - first), steps.size()), steps.size());
  }
}
