package dev.sluice.validation;

/** Triggers that the backfill's updates set off. */
final class TriggerNotes implements TableCheck {

  @Override
  public void check(Subject subject, Findings findings) {
    for (FiredTrigger trigger : FiredTrigger.of(subject)) {
      findings.note(
          "trigger '%s' on %s fires %s each %s: function %s."
              .formatted(
                  trigger.name(),
                  trigger.table(),
                  trigger.timing(),
                  trigger.level(),
                  trigger.function()));
    }
  }
}
