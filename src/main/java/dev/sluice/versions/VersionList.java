package dev.sluice.versions;

import dev.sluice.control.LedgerEntry;
import dev.sluice.job.LoadedMigration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.NearestName;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** All migrations that files or the ledger know, at one moment. */
public final class VersionList {

  /** From here on a prefix is taken for a timestamp, which leaves gaps by its nature. */
  private static final BigInteger SEQUENCE_MAX = BigInteger.valueOf(1_000_000);

  private final NavigableMap<MigrationId, Version> versions;

  private VersionList(NavigableMap<MigrationId, Version> versions) {
    this.versions = versions;
  }

  static VersionList of(Collection<LoadedMigration> files, Collection<LedgerEntry> entries) {
    Map<MigrationId, LoadedMigration> byId =
        files.stream().collect(Collectors.toMap(LoadedMigration::id, Function.identity()));
    Map<MigrationId, LedgerEntry> entryById =
        entries.stream().collect(Collectors.toMap(LedgerEntry::id, Function.identity()));
    Set<MigrationId> ids = new LinkedHashSet<>(byId.keySet());
    ids.addAll(entryById.keySet());
    NavigableMap<MigrationId, Version> versions = new TreeMap<>();
    for (MigrationId id : ids) {
      Version version = new Version(id, byId.get(id), entryById.get(id));
      // a row without files of which nothing is there is a name that nobody uses any more
      if (version.files() != null || version.state().isBegun()) {
        versions.put(id, version);
      }
    }
    return new VersionList(versions);
  }

  public List<Version> all() {
    return List.copyOf(versions.values());
  }

  public Optional<Version> find(MigrationId id) {
    return Optional.ofNullable(versions.get(id));
  }

  /** By its id, or by its number alone, as other tools know it. */
  public Optional<Version> find(String name) {
    if (MigrationId.isValid(name)) {
      return find(new MigrationId(name));
    }
    if (!name.matches("[0-9]{1,30}")) {
      return Optional.empty();
    }
    BigInteger number = new BigInteger(name);
    // of two, the one that is here: files never share a number
    return all().stream()
        .filter(version -> version.id().number().equals(number))
        .min(Comparator.comparing(version -> version.files() == null));
  }

  /** What to tell someone who asks for one that nobody knows. */
  public String unknown(String name) {
    List<String> names = versions.keySet().stream().map(MigrationId::value).toList();
    return "there is no migration '%s'%s"
        .formatted(name, NearestName.question(name, names).stripTrailing());
  }

  /** The highest one that is applied. */
  public Optional<Version> current() {
    return all().stream().filter(Version::isApplied).reduce((lower, higher) -> higher);
  }

  /** What a way up runs, in its order: each after what it depends on, else by number. */
  List<Version> toApply() {
    return inOrder().stream().filter(Version::mayBeApplied).toList();
  }

  /** The same, up to this one. */
  List<Version> toApplyUpTo(MigrationId id) {
    return through(id).stream().filter(Version::mayBeApplied).toList();
  }

  /** What a way to this one takes back, in its order: all above it that nothing below needs. */
  List<Version> toTakeBackAbove(MigrationId id) {
    List<Version> kept = through(id);
    return toTakeBack().stream().filter(version -> !kept.contains(version)).toList();
  }

  /**
   * All up to this one, with what they depend on: only that stands between with a higher number.
   */
  private List<Version> through(MigrationId id) {
    List<Version> ordered = List.copyOf(inOrder());
    int end = 0;
    for (int i = 0; i < ordered.size(); i++) {
      end = ordered.get(i).id().compareTo(id) <= 0 ? i + 1 : end;
    }
    return ordered.subList(0, end);
  }

  /** What a way down takes back, in its order: the reverse of the way up. */
  List<Version> toTakeBack() {
    List<Version> begun =
        new ArrayList<>(inOrder().stream().filter(version -> version.state().isBegun()).toList());
    Collections.reverse(begun);
    return begun;
  }

  private Set<Version> inOrder() {
    Set<Version> ordered = new LinkedHashSet<>();
    versions.values().forEach(version -> add(version, ordered, new LinkedHashSet<>()));
    return ordered;
  }

  /** Definitions are free of circles; those of code may not be. */
  private void add(Version version, Set<Version> ordered, Set<MigrationId> under) {
    if (!under.add(version.id())) {
      throw new IllegalArgumentException("depends-on goes in a circle: " + under);
    }
    if (version.files() != null) {
      version.files().migration().dependsOn().stream()
          .map(versions::get)
          .filter(Objects::nonNull)
          .forEach(needed -> add(needed, ordered, under));
    }
    under.remove(version.id());
    ordered.add(version);
  }

  /** Applied migrations whose files are other ones now. */
  public List<Version> changed() {
    return all().stream().filter(Version::hasChanged).toList();
  }

  /** What is unusual and no fault: gaps, late arrivals, migrations without files. */
  public List<String> notes() {
    List<String> notes = new ArrayList<>(gaps());
    current()
        .ifPresent(
            current ->
                all().stream()
                    .filter(version -> version.id().compareTo(current.id()) < 0)
                    .filter(version -> !version.state().isBegun())
                    .forEach(
                        late ->
                            notes.add(
                                "%s is not applied, though %s after it is: it arrived late, or was taken back"
                                    .formatted(late.id(), current.id()))));
    all().stream()
        .filter(version -> version.files() == null && version.state().isBegun())
        .forEach(
            version ->
                notes.add(
                    "%s is %s here, and has no files in this directory"
                        .formatted(version.id(), version.state().label())));
    return List.copyOf(notes);
  }

  private List<String> gaps() {
    List<String> gaps = new ArrayList<>();
    MigrationId before = null;
    for (MigrationId id : versions.navigableKeySet()) {
      if (before != null && id.number().compareTo(SEQUENCE_MAX) < 0) {
        BigInteger first = before.number().add(BigInteger.ONE);
        BigInteger last = id.number().subtract(BigInteger.ONE);
        if (first.compareTo(last) <= 0) {
          gaps.add(
              "there is no number %s between %s and %s"
                  .formatted(first.equals(last) ? first : first + " to " + last, before, id));
        }
      }
      before = id;
    }
    return gaps;
  }
}
