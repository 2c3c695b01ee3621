package dev.sluice.validation;

import java.util.ArrayList;
import java.util.List;

/** Collects what the checks of a preflight find. */
final class Findings {
  private final List<String> refusals = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /** Must not run. The message says what was found where, and the way out. */
  void refuse(String message) {
    refusals.add(message);
  }

  /** An operator should know it before the run. */
  void note(String message) {
    notes.add(message);
  }

  PreflightReport report() {
    return new PreflightReport(refusals, notes);
  }
}
