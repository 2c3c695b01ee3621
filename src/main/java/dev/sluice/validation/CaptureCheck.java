package dev.sluice.validation;

import dev.sluice.migration.Change;
import dev.sluice.migration.Sync;

/** A trigger can note the keys of the rows that the application changes. */
final class CaptureCheck implements TableCheck {

  @Override
  public void check(Subject subject, Findings findings) {
    if (!(subject.migration().sync() instanceof Sync.Capture)) {
      return;
    }
    if (!UnguardedCheck.isOwner(subject.jdbc(), subject.table().oid())) {
      findings.refuse(
          ("sync: capture makes a trigger on %s, and only its owner may make and drop it. Run as the"
                  + " owner, or remove sync.")
              .formatted(subject.table().name()));
    }
    if (subject.migration().change() instanceof Change.SetExpressions && !mayMakeViews(subject)) {
      findings.refuse(
          ("role '%s' may not create temporary views, which tell the columns that set reads: sync:"
                  + " capture watches those. GRANT TEMPORARY ON DATABASE to it.")
              .formatted(subject.role()));
    }
  }

  private static boolean mayMakeViews(Subject subject) {
    return Boolean.TRUE.equals(
        subject
            .jdbc()
            .queryForObject(
                "SELECT has_database_privilege(current_database(), 'TEMPORARY')", Boolean.class));
  }
}
