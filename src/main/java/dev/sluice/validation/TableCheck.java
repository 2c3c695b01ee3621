package dev.sluice.validation;

/**
 * One check of preflight over a table that exists. Reports all that it finds and never throws it.
 */
@FunctionalInterface
interface TableCheck {

  void check(Subject subject, Findings findings);
}
