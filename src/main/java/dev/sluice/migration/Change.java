package dev.sluice.migration;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a migration does to the rows under its guard. */
public sealed interface Change {

  /** The columns that the backfill writes, in the definition's order. */
  List<Identifier> writtenColumns();

  /**
   * {@code set:} SQL expressions over the row, which is visible under the table's own name.
   *
   * @param expressions column to expression, in the definition's order, at least one
   */
  record SetExpressions(Map<Identifier, String> expressions) implements Change {
    public SetExpressions {
      expressions = Collections.unmodifiableMap(new LinkedHashMap<>(expressions));
      if (expressions.isEmpty()) {
        throw new IllegalArgumentException("set has no column");
      }
    }

    @Override
    public List<Identifier> writtenColumns() {
      return List.copyOf(expressions.keySet());
    }
  }

  /**
   * {@code transform:} a Java {@link RowTransformer}.
   *
   * @param className a {@code .java} file in the migration's folder, or a class on the class path
   *     or in a plugin jar
   * @param read columns that it may read, at least one
   * @param write columns that it must set, at least one
   */
  record Transform(String className, List<Identifier> read, List<Identifier> write)
      implements Change {
    public Transform {
      read = List.copyOf(read);
      write = List.copyOf(write);
      if (read.isEmpty() || write.isEmpty()) {
        throw new IllegalArgumentException("transform needs columns to read and to write");
      }
    }

    @Override
    public List<Identifier> writtenColumns() {
      return write;
    }
  }
}
