package dev.sluice.validation;

import dev.sluice.postgres.KeyRange;

/**
 * A part of a walk, done by one worker from its first key on.
 *
 * @param rowsMax it is over after so many
 */
record Stretch(KeyRange range, long rowsMax) {

  static Stretch all(KeyRange range) {
    return new Stretch(range, Long.MAX_VALUE);
  }
}
