package dev.sluice.cli;

import dev.sluice.control.CapturedEntries;
import dev.sluice.control.RunState;
import dev.sluice.monitoring.Progress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.json.JsonWriter;

/** Prints a {@link Progress}, for people and for programs. */
final class ProgressFormat {

  private ProgressFormat() {}

  static String text(Progress progress) {
    List<String> parts = new ArrayList<>();
    parts.add(progress.state().label());
    if (progress.step() != null && !isOver(progress.state())) {
      parts.add("step " + progress.step());
    }
    if (progress.rowsEstimated() > 0) { // a migration of SQL files has none
      parts.add("%,d of %,d rows".formatted(progress.rowsDone(), progress.rowsEstimated()));
      parts.add("%,d changed".formatted(progress.rowsChanged()));
      parts.add("%,d rows/s".formatted(progress.rowsPerSecond()));
    }
    if (progress.quarantined() > 0) {
      parts.add("%,d in quarantine".formatted(progress.quarantined()));
    }
    if (progress.etaSeconds() != null) {
      parts.add("%d s left".formatted(progress.etaSeconds()));
    }
    if (progress.waiting() != null) {
      parts.add("waiting: " + progress.waiting());
    }
    if (!progress.tuned().isEmpty()) {
      parts.add("tuned: " + String.join(" ", progress.tuned()));
    }
    if (progress.captured() > 0) {
      parts.add("%s captured changes wait".formatted(CapturedEntries.text(progress.captured())));
    }
    if (progress.failure() != null) {
      parts.add(progress.failure());
    }
    if (progress.sync() != null) { // what of it stays at its table, for whoever wonders there
      parts.add("sync trigger " + progress.sync());
    }
    return progress.id() + "  " + String.join(", ", parts);
  }

  private static boolean isOver(RunState state) {
    return state == RunState.COMPLETED
        || state == RunState.ROLLED_BACK
        || state == RunState.CLEANED;
  }

  static String json(List<Progress> all) {
    return JsonWriter.standard().writeToString(all.stream().map(ProgressFormat::fields).toList());
  }

  private static Map<String, @Nullable Object> fields(Progress progress) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("id", progress.id().value());
    fields.put("state", progress.state().label());
    fields.put("step", progress.step());
    fields.put("rowsEstimated", progress.rowsEstimated());
    fields.put("rowsDone", progress.rowsDone());
    fields.put("rowsChanged", progress.rowsChanged());
    fields.put("rowsPerSecond", progress.rowsPerSecond());
    fields.put("etaSeconds", progress.etaSeconds());
    fields.put("chunkRows", progress.chunkRows());
    fields.put("workers", progress.workers());
    fields.put("waiting", progress.waiting());
    fields.put("tuned", progress.tuned());
    fields.put("remaining", progress.remaining());
    fields.put("quarantined", progress.quarantined());
    fields.put("conflicts", progress.conflicts());
    fields.put("captured", progress.captured());
    fields.put("sync", progress.sync());
    fields.put("run", progress.run());
    fields.put("startedAt", string(progress.startedAt()));
    fields.put("endedAt", string(progress.endedAt()));
    fields.put("failure", progress.failure());
    return fields;
  }

  private static @Nullable String string(@Nullable Object value) {
    return value == null ? null : value.toString();
  }
}
