package dev.sluice.definition;

import dev.sluice.migration.Change;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Script;
import dev.sluice.migration.Sync;
import dev.sluice.migration.Undo;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * SHA-256 over what decides a migration's result. Every text goes in with its length before it, so
 * that no two definitions can run together to the same bytes. Line ends count as one, so that a
 * check-out on another system changes nothing.
 */
final class Checksum {

  /** Raised when the form below changes: then every recorded checksum is another one. */
  private static final String FORM = "sluice-definition-1";

  /** The same for what has SQL files only. */
  private static final String SCHEMA_FORM = "sluice-schema-1";

  /** The same for what is code alone. */
  private static final String CODE_FORM = "sluice-code-1";

  private final MessageDigest digest;

  private Checksum() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Hexadecimal, 64 characters. */
  static String of(
      Definition definition, Collection<Script> scripts, Map<Path, String> javaSources) {
    Checksum sum = new Checksum();
    sum.add(FORM);
    sum.add(definition.table().quoted());
    sum.addNames(definition.key());
    sum.add(Objects.requireNonNullElse(definition.guard(), "")); // a guard is never empty
    sum.addChange(definition.change());
    sum.addUndo(definition.undo());
    sum.addSync(definition.sync());
    sum.addScripts(scripts);
    sum.add(javaSources.size());
    javaSources.forEach(
        (file, text) -> {
          sum.add(file.getFileName().toString());
          sum.add(text);
        });
    return sum.hexadecimal();
  }

  /** Of a migration that has SQL files only. */
  static String of(Collection<Script> scripts) {
    Checksum sum = new Checksum();
    sum.add(SCHEMA_FORM);
    sum.addScripts(scripts);
    for (Script script : scripts) {
      sum.add(script.atomic() ? 1 : 0);
    }
    return sum.hexadecimal();
  }

  /** Of a migration that is code alone. */
  static String ofCode(MigrationId id, String version) {
    Checksum sum = new Checksum();
    sum.add(CODE_FORM);
    sum.add(id.value());
    sum.add(version);
    return sum.hexadecimal();
  }

  private String hexadecimal() {
    return HexFormat.of().formatHex(digest.digest());
  }

  private void addScripts(Collection<Script> scripts) {
    add(scripts.size());
    for (Script script : scripts) {
      add(script.kind().fileName());
      add(script.text());
    }
  }

  private void addChange(Change change) {
    if (change instanceof Change.SetExpressions set) {
      add("set");
      addNames(set.writtenColumns());
      set.expressions().values().forEach(this::add);
    } else if (change instanceof Change.Transform transform) {
      add("transform");
      add(transform.className());
      addNames(transform.read());
      addNames(transform.write());
    } else {
      throw new IllegalStateException("no checksum for " + change);
    }
  }

  private void addUndo(Undo undo) {
    if (undo instanceof Undo.Inverse inverse) {
      add("sql");
      addNames(List.copyOf(inverse.expressions().keySet()));
      inverse.expressions().values().forEach(this::add);
    } else if (undo instanceof Undo.None) {
      add("none"); // the reason is a remark for people
    } else if (undo instanceof Undo.Journal) {
      add("journal");
    } else {
      add(undo instanceof Undo.Schema ? "schema" : "undecided");
    }
  }

  /** Nothing for none: definitions from before there was sync keep their checksum. */
  private void addSync(Sync sync) {
    if (sync instanceof Sync.Trigger trigger) {
      add("sync trigger");
      addNames(List.copyOf(trigger.reverse().keySet()));
      trigger.reverse().values().forEach(this::add); // idempotent is a remark, not a rule
    } else if (sync instanceof Sync.Capture) {
      add("sync capture");
    }
  }

  private void addNames(List<Identifier> names) {
    add(names.size());
    names.forEach(name -> add(name.quoted()));
  }

  private void add(String text) {
    byte[] bytes = text.replace("\r\n", "\n").replace('\r', '\n').getBytes(StandardCharsets.UTF_8);
    add(bytes.length);
    digest.update(bytes);
  }

  private void add(int number) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      digest.update((byte) (number >>> shift));
    }
  }
}
