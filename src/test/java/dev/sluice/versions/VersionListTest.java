package dev.sluice.versions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.control.LedgerEntry;
import dev.sluice.control.RunState;
import dev.sluice.job.LoadedMigration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.SchemaMigration;
import dev.sluice.migration.Script;
import dev.sluice.migration.Tuning;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class VersionListTest {

  private final List<LoadedMigration> files = new ArrayList<>();
  private final List<LedgerEntry> entries = new ArrayList<>();

  private VersionListTest file(String id, String... dependsOn) {
    files.add(
        new LoadedMigration(
            new SchemaMigration(
                new MigrationId(id),
                "a test",
                Path.of("jobs"),
                "sum of " + id,
                Stream.of(dependsOn).map(MigrationId::new).toList(),
                Map.of(
                    Script.Kind.UP, new Script(Script.Kind.UP, Path.of("jobs/x.sql"), "SELECT 1")),
                Tuning.DEFAULT),
            null));
    return this;
  }

  private VersionListTest entry(String id, RunState state) {
    return entry(id, state, "sum of " + id);
  }

  private VersionListTest entry(String id, RunState state, String checksum) {
    entries.add(
        new LedgerEntry(new MigrationId(id), checksum, state, 1, 1, null, null, null, null));
    return this;
  }

  private VersionList list() {
    return VersionList.of(files, entries);
  }

  private static List<String> ids(Collection<Version> versions) {
    return versions.stream().map(version -> version.id().value()).toList();
  }

  @Test
  void appliesByNumberWhatIsNotApplied() {
    file("10_c").file("0002_b").file("1_a").entry("1_a", RunState.COMPLETED);
    assertThat(ids(list().toApply())).containsExactly("0002_b", "10_c");
  }

  @Test
  void goesOnWithWhatIsUnfinished() {
    file("1_a").file("2_b").entry("1_a", RunState.DIRTY).entry("2_b", RunState.COMPLETED);
    assertThat(ids(list().toApply())).containsExactly("1_a");
  }

  @Test
  void appliesFirstWhatOthersDependOn() {
    file("1_a", "3_c").file("2_b").file("3_c").file("4_d");
    assertThat(ids(list().toApply())).containsExactly("3_c", "1_a", "2_b", "4_d");
    assertThat(ids(list().toApplyUpTo(new MigrationId("2_b"))))
        .containsExactly("3_c", "1_a", "2_b");
  }

  @Test
  void takesBackInTheReverseOrder() {
    file("1_a", "3_c").file("2_b").file("3_c").file("4_d");
    Stream.of("1_a", "2_b", "3_c", "4_d").forEach(id -> entry(id, RunState.COMPLETED));
    assertThat(ids(list().toTakeBack())).containsExactly("4_d", "2_b", "1_a", "3_c");
    assertThat(ids(list().toTakeBackAbove(new MigrationId("1_a")))).containsExactly("4_d", "2_b");
  }

  @Test
  void takesBackWhatFailedButNotWhatNeverRan() {
    file("1_a").file("2_b").file("3_c").file("4_d");
    entry("1_a", RunState.COMPLETED).entry("2_b", RunState.ROLLED_BACK);
    entry("3_c", RunState.FAILED);
    assertThat(ids(list().toTakeBack())).containsExactly("3_c", "1_a");
  }

  @Test
  void refusesACircle() {
    file("1_a", "2_b").file("2_b", "1_a");
    assertThatThrownBy(() -> list().toApply())
        .hasMessage("depends-on goes in a circle: [1_a, 2_b]");
  }

  @Test
  void findsOneByItsNumberAlone() {
    file("0001_a").file("20261120093000_b");
    assertThat(list().find("1").orElseThrow().id()).hasToString("0001_a");
    assertThat(list().find("0001_a")).isPresent();
    assertThat(list().find("20261120093000")).isPresent();
    assertThat(list().find("2")).isEmpty();
    assertThat(list().find("a")).isEmpty();
    assertThat(list().unknown("0001_b"))
        .isEqualTo("there is no migration '0001_b'; did you mean '0001_a'?");
  }

  @Test
  void theHighestAppliedIsTheVersion() {
    file("1_a").file("2_b").file("3_c");
    entry("1_a", RunState.COMPLETED).entry("2_b", RunState.CLEANED).entry("3_c", RunState.FAILED);
    assertThat(list().current().orElseThrow().id()).hasToString("2_b");
  }

  @Test
  void tellsOfGapsLateArrivalsAndMissingFiles() {
    file("0001_a").file("0002_b").file("0005_e").file("0007_g").file("20261120093000_z");
    entry("0001_a", RunState.COMPLETED).entry("0005_e", RunState.COMPLETED);
    entry("0007_other", RunState.COMPLETED);
    assertThat(list().notes())
        .containsExactly(
            "there is no number 3 to 4 between 0002_b and 0005_e",
            "there is no number 6 between 0005_e and 0007_g",
            "0002_b is not applied, though 0007_other after it is: it arrived late, or was taken back",
            "0007_g is not applied, though 0007_other after it is: it arrived late, or was taken back",
            "0007_other is completed here, and has no files in this directory");
  }

  @Test
  void anAppliedOneWithOtherFilesHasChanged() {
    file("1_a").file("2_b").entry("1_a", RunState.COMPLETED).entry("2_b", RunState.FAILED, "other");
    assertThat(list().changed()).isEmpty();
    entries.clear();
    entry("1_a", RunState.COMPLETED, "other");
    assertThat(ids(list().changed())).containsExactly("1_a");
  }
}
