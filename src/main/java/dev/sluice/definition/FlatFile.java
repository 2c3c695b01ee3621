package dev.sluice.definition;

import dev.sluice.migration.MigrationId;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of another tool's form that lies flat in the jobs directory: {@code 000001_add
 * users.up.sql} with its {@code .down.sql}, or {@code 20260114093000_add_users.sql} with both in
 * it.
 *
 * <p>Such a name may hold anything behind its number; an id names tables and locks. So the id is
 * made from the name, the same from the same name for ever: lower case, every other character an
 * underscore, cut at {@value MigrationId#LENGTH_MAX}.
 *
 * @param name as it is written, behind the number and without the ending
 */
record FlatFile(Path path, Form form, MigrationId id, String name) {

  /** What a file holds, by the end of its name. */
  enum Form {
    UP(".up.sql"),
    DOWN(".down.sql"),
    /** Both ways, each behind an annotation. */
    ANNOTATED(".sql");

    private final String ending;

    Form(String ending) {
      this.ending = ending;
    }
  }

  private static final Pattern NUMBERED = Pattern.compile("([0-9]+)_(.*)", Pattern.DOTALL);
  private static final Pattern NOT_IN_AN_ID = Pattern.compile("[^a-z0-9_]");

  /** Whether a file of this name is an SQL file, however its ending is written. */
  static boolean isSql(String fileName) {
    return fileName.toLowerCase(Locale.ROOT).endsWith(Form.ANNOTATED.ending);
  }

  /** Empty: it does not begin with a number and an underscore. */
  static Optional<FlatFile> of(Path path) {
    String fileName = path.getFileName().toString();
    Form form = form(fileName);
    String base = fileName.substring(0, fileName.length() - form.ending.length());
    Matcher numbered = NUMBERED.matcher(base);
    if (!numbered.matches()) {
      return Optional.empty();
    }
    String id = numbered.group(1) + "_" + idName(numbered.group(2));
    String cut = id.substring(0, Math.min(id.length(), MigrationId.LENGTH_MAX));
    return MigrationId.isValid(cut)
        ? Optional.of(new FlatFile(path, form, new MigrationId(cut), numbered.group(2)))
        : Optional.empty();
  }

  private static Form form(String fileName) {
    String lower = fileName.toLowerCase(Locale.ROOT);
    if (lower.endsWith(Form.UP.ending)) {
      return Form.UP;
    }
    return lower.endsWith(Form.DOWN.ending) ? Form.DOWN : Form.ANNOTATED;
  }

  /** {@code 1_.up.sql} has a number and no name, which other tools take. */
  private static String idName(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return name.isEmpty() ? "_" : NOT_IN_AN_ID.matcher(lower).replaceAll("_");
  }

  BigInteger number() {
    return id.number();
  }

  /** The file that takes this one back, or that it takes back. */
  String counterpart() {
    String fileName = path.getFileName().toString();
    String base = fileName.substring(0, fileName.length() - form.ending.length());
    return base + (form == Form.UP ? Form.DOWN.ending : Form.UP.ending);
  }

  /** One line for people. */
  String description() {
    String text = name.replaceAll("[_\\s]+", " ").strip();
    return text.isEmpty() ? id.value() : text;
  }
}
