package dev.sluice.definition;

import dev.sluice.definition.SqlLines.Line;
import dev.sluice.migration.NearestName;
import dev.sluice.migration.Script;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One file with both ways, told apart by annotations: goose's form.
 *
 * <p>What goose takes is taken, with the same meaning: an annotation is a comment at the beginning
 * of a line, in any case, and {@code NO TRANSACTION} holds for both ways wherever it stands. Where
 * goose guesses (a {@code ;} in a string) SQL is read as PostgreSQL does. Source: goose's
 * documentation of annotations, and what its parser accepts.
 */
final class AnnotatedFile {

  private enum Annotation {
    UP("Up"),
    DOWN("Down"),
    STATEMENT_BEGIN("StatementBegin"),
    STATEMENT_END("StatementEnd"),
    NO_TRANSACTION("NO TRANSACTION"),
    ENVSUB_ON("ENVSUB ON"),
    ENVSUB_OFF("ENVSUB OFF");

    private final String text;

    Annotation(String text) {
      this.text = text;
    }

    String shown() {
      return "'-- +goose " + text + "'";
    }

    static Optional<Annotation> of(String text) {
      String wanted = text.replaceAll("\\s+", " ");
      return Stream.of(values()).filter(a -> a.text.equalsIgnoreCase(wanted)).findFirst();
    }
  }

  private static final Pattern LINE = Pattern.compile("(\\s*)-{2,}\\s*\\+goose\\s*(.*)");

  private static final List<String> ALLOWED =
      Stream.of(Annotation.values())
          .filter(a -> a != Annotation.ENVSUB_ON && a != Annotation.ENVSUB_OFF)
          .map(annotation -> annotation.text)
          .toList();

  private final Path file;
  private final Problems problems;
  private final Map<Annotation, Integer> sections = new EnumMap<>(Annotation.class);
  private final List<String> up = new ArrayList<>();
  private final List<String> down = new ArrayList<>();
  private int beforeUp;
  private int blockSince;
  private int statementSince;
  private boolean atomic = true;

  private AnnotatedFile(Path file, Problems problems) {
    this.file = file;
    this.problems = problems;
  }

  /** The ways that the file has; whatever is wrong with it is reported. */
  static List<Script> read(Path file, String text, Problems problems) {
    return new AnnotatedFile(file, problems).read(SqlLines.of(text));
  }

  /** Whether a line divides the file in two: then it is no half of a pair. */
  static Optional<Line> division(String text) {
    return SqlLines.of(text).stream()
        .filter(line -> line.openSince() == 0)
        .filter(line -> annotation(line).filter(a -> a == Annotation.DOWN).isPresent())
        .findFirst();
  }

  private static Optional<Annotation> annotation(Line line) {
    Matcher matcher = LINE.matcher(line.text());
    return matcher.matches() ? Annotation.of(name(matcher)) : Optional.empty();
  }

  /** Dashes behind the name are decoration. */
  private static String name(Matcher line) {
    return line.group(2).replace("--", "").strip();
  }

  private List<Script> read(List<Line> lines) {
    for (Line line : lines) {
      Matcher annotated = LINE.matcher(line.text());
      String kept = annotated.matches() ? annotation(line, annotated) : code(line);
      @Nullable Annotation section = section();
      up.add(section == Annotation.UP ? kept : "");
      down.add(section == Annotation.DOWN ? kept : "");
    }
    endSection();
    boolean hasUp = sections.containsKey(Annotation.UP);
    if (hasUp && beforeUp > 0) {
      String message = "stands before '-- +goose Up', and would run neither way. Move it behind.";
      problems.add(file, beforeUp, 0, message);
    } else if (!hasUp) {
      problems.add(
          file,
          "has no '-- +goose Up'. Allowed: NUMBER_name.up.sql and NUMBER_name.down.sql, or both"
              + " ways in NUMBER_name.sql, behind '-- +goose Up' and '-- +goose Down'.");
    }
    List<Script> scripts = new ArrayList<>();
    scripts.add(new Script(Script.Kind.UP, file, String.join("\n", up), atomic));
    if (sections.containsKey(Annotation.DOWN)) {
      scripts.add(new Script(Script.Kind.DOWN, file, String.join("\n", down), atomic));
    }
    return scripts;
  }

  private @Nullable Annotation section() {
    if (sections.containsKey(Annotation.DOWN)) {
      return Annotation.DOWN;
    }
    return sections.containsKey(Annotation.UP) ? Annotation.UP : null;
  }

  /** What of the line belongs to its section. */
  private String code(Line line) {
    if (section() == null) {
      beforeUp = beforeUp == 0 && line.hasCode() ? line.number() : beforeUp;
    } else if (line.endsStatement()) {
      statementSince = 0;
    } else if (line.hasCode() && statementSince == 0) {
      statementSince = line.number();
    }
    return line.text();
  }

  private String annotation(Line line, Matcher annotated) {
    if (line.openSince() > 0) {
      problem(
          line,
          "an annotation inside a quote or comment that begins on line %d. Close it before, or"
                  .formatted(line.openSince())
              + " write the line in another way.");
      return line.text();
    }
    if (!annotated.group(1).isEmpty()) {
      problem(line, "blanks before an annotation, which must begin its line. Remove them.");
    }
    Optional<Annotation> annotation = Annotation.of(name(annotated));
    if (annotation.isEmpty()) {
      String text = Value.shorten(name(annotated));
      problem(
          line,
          "unknown annotation '-- +goose %s'%s Allowed: %s."
              .formatted(text, NearestName.question(text, ALLOWED), String.join(", ", ALLOWED)));
      return "";
    }
    return switch (annotation.get()) {
      case UP, DOWN -> beginSection(line, annotation.get());
      case STATEMENT_BEGIN -> beginBlock(line);
      case STATEMENT_END -> endBlock(line);
      case NO_TRANSACTION -> {
        atomic = false;
        yield "";
      }
      case ENVSUB_ON -> {
        problem(
            line,
            "'-- +goose ENVSUB ON' is refused: what runs would depend on who runs it. Write the"
                + " values into the file; a secret belongs in no file, set it by hand.");
        yield "";
      }
      case ENVSUB_OFF -> "";
    };
  }

  private String beginSection(Line line, Annotation section) {
    Integer first = sections.get(section);
    if (first != null) {
      problem(line, "a second %s, the first is on line %d.".formatted(section.shown(), first));
      return "";
    }
    endSection();
    if (section == Annotation.DOWN && section() == null) {
      problem(line, "'-- +goose Down' stands before any '-- +goose Up'. Write Up first.");
    }
    sections.put(section, line.number());
    return "";
  }

  private void endSection() {
    if (blockSince > 0) {
      problems.add(
          file, blockSince, 0, "'-- +goose StatementBegin' without a '-- +goose StatementEnd'.");
    } else if (statementSince > 0 && section() != null) {
      problems.add(
          file, statementSince, 0, "the statement that begins here has no ';' at its end.");
    }
    blockSince = 0;
    statementSince = 0;
  }

  private String beginBlock(Line line) {
    if (section() == null) {
      problem(line, "'-- +goose StatementBegin' stands before any '-- +goose Up'. Write Up first.");
    } else if (blockSince > 0) {
      problem(
          line,
          "'-- +goose StatementBegin' inside the one of line %d. End that first."
              .formatted(blockSince));
    } else if (statementSince > 0) {
      problems.add(
          file, statementSince, 0, "the statement that begins here has no ';' at its end.");
      statementSince = 0;
    }
    blockSince = line.number();
    return "";
  }

  /** Ends the statement too, which may lack its semicolon. */
  private String endBlock(Line line) {
    if (blockSince == 0) {
      problem(line, "'-- +goose StatementEnd' without a '-- +goose StatementBegin'.");
    }
    blockSince = 0;
    statementSince = 0;
    return ";";
  }

  private void problem(Line line, String message) {
    problems.add(file, line.number(), 0, message);
  }
}
