package dev.sluice.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Lines of columns: the first to the left, the others to the right, each as wide as it must be. */
final class TextTable {

  private static final String NOTHING = "-";

  private final List<List<String>> lines = new ArrayList<>();

  TextTable(String... header) {
    lines.add(List.of(header));
  }

  TextTable add(String... cells) {
    lines.add(List.of(cells));
    return this;
  }

  /** A figure as {@link String#format} writes it; null: there is none. */
  static String cell(String format, @Nullable Number value) {
    return value == null ? NOTHING : String.format(Locale.ROOT, format, value);
  }

  /** {@code (1.20–3.40)}. */
  static String range(double min, double max) {
    return String.format(Locale.ROOT, "(%.2f–%.2f)", min, max);
  }

  static String mebibytes(@Nullable Long bytes) {
    return cell("%.0f MiB", bytes == null ? null : (Double) (bytes / 1048576.0));
  }

  @Override
  public String toString() {
    return lines.stream().map(this::line).collect(Collectors.joining());
  }

  private String line(List<String> cells) {
    return IntStream.range(0, cells.size())
            .mapToObj(column -> padded(cells.get(column), column))
            .collect(Collectors.joining("  "))
            .stripTrailing()
        + "\n";
  }

  private String padded(String cell, int column) {
    int width = lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(0);
    String blanks = " ".repeat(width - cell.length());
    return column == 0 ? cell + blanks : blanks + cell;
  }
}
