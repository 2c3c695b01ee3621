package dev.sluice.validation;

import java.util.List;

/** No row is left under the guard: counted, never concluded from an update that found nothing. */
final class RemainingCheck implements VerifyCheck {

  @Override
  public String name() {
    return "remaining";
  }

  @Override
  public List<Certificate.Result> verify(Evidence evidence) {
    String guard = evidence.migration().guard();
    if (guard == null) {
      return List.of(
          new Certificate.Result(name(), true, "proved by the sweep: there is no guard"));
    }
    Windows.Matches left = evidence.windows().count(guard);
    String detail =
        left.rows() == 0
            ? "no row is under the guard"
            : "%d rows are still under the guard: keys %s"
                .formatted(left.rows(), Evidence.listed(left.keys(), left.rows()));
    return List.of(new Certificate.Result(name(), left.rows() == 0, detail));
  }
}
