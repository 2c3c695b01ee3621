package dev.sluice.validation;

import dev.sluice.postgres.KeyRange;

/**
 * A range of keys that is compared and hashed.
 *
 * @param tail whether it holds the last keys of the table, fewer than a range should hold: a later
 *     certificate cuts them anew
 */
record CutRange(KeyRange range, boolean tail) {}
