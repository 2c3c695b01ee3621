package dev.sluice.torture;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Columns that one statement of the application writes, each maybe with NULL. */
record Change(List<Column> columns) {

  record Column(String name, @Nullable Object value) {}

  static final Change NONE = new Change(List.of());

  Change {
    columns = List.copyOf(columns);
  }

  boolean isNone() {
    return columns.isEmpty();
  }

  Change withSource(@Nullable String source) {
    return with(new Column("source", source));
  }

  Change withNote(@Nullable String note) {
    return with(new Column("note", note));
  }

  Change withValues(NewValues values) {
    return with(new Column("target", values.target())).with(new Column("size", values.size()));
  }

  private Change with(Column column) {
    List<Column> more = new ArrayList<>(columns);
    more.add(column);
    return new Change(more);
  }

  @Nullable String source(@Nullable String before) {
    return (String) value("source", before);
  }

  @Nullable String note(@Nullable String before) {
    return (String) value("note", before);
  }

  NewValues values(NewValues before) {
    return new NewValues(
        (String) value("target", before.target()), (Integer) value("size", before.size()));
  }

  private @Nullable Object value(String name, @Nullable Object before) {
    for (Column column : columns) {
      if (column.name().equals(name)) {
        return column.value();
      }
    }
    return before;
  }
}
