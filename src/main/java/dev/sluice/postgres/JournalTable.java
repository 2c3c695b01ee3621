package dev.sluice.postgres;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.TableName;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The undo journal of a migration, {@code sluice.undo_<id>}, and the SQL fragments of it.
 *
 * <p>One row for each row that the migration visited: the key and the old values, in columns named
 * and typed as in the table; {@code _kimage}, a hash of each value that stood there after our
 * visit, changed or not; {@code _kborn}, true, with no image, for a row that was inserted after the
 * start and never needed the change. True with an image: the application gave a part of the row
 * itself, beside what a sync trigger computed.
 *
 * @param key the table that the migration changes, with its key
 * @param written the columns that it writes, in the definition's order, at least one
 */
public record JournalTable(TableName name, TableKey key, List<Identifier> written) {

  public static final String IMAGE = "_kimage";
  public static final String BORN = "_kborn";

  /** Of 2^64 values that replace ours one is taken for it. */
  private static final int BYTES_A_COLUMN = 8;

  public JournalTable {
    written = List.copyOf(written);
  }

  public static JournalTable of(MigrationId id, TableKey key, List<Identifier> written) {
    return new JournalTable(nameOf(id), key, written);
  }

  public static TableName nameOf(MigrationId id) {
    return new TableName(new Identifier("sluice"), new Identifier("undo_" + id.value()));
  }

  /**
   * The condition that a row of the table is not in the journal: the guard of a migration that has
   * none of its own. Free of parameters, over the table's own name.
   *
   * <p>A scalar sub-select and no NOT EXISTS: that may become a join, which reads the whole journal
   * for each chunk as soon as statistics are old. This one is an index probe a row, always.
   */
  public String notVisited() {
    return "(SELECT TRUE FROM %s AS _kj WHERE %s) IS NULL"
        .formatted(name.quoted(), keyIs("_kj", key::column));
  }

  /** A name for the journal within a statement, to make the fragments of a {@link TableKey} of. */
  public static TableName alias(String name) {
    return new TableName(null, new Identifier(name));
  }

  /** The condition that {@code journal}'s key is the one that {@code column} names, by place. */
  public String keyIs(String journal, Function<Integer, String> column) {
    return IntStream.range(0, key.width())
        .mapToObj(
            i ->
                "%s.%s = %s"
                    .formatted(journal, key.columns().get(i).name().quoted(), column.apply(i)))
        .collect(Collectors.joining(" AND "));
  }

  /** {@code "id", "region"}: the key's columns, unqualified. */
  public String keyNames() {
    return key.columns().stream()
        .map(column -> column.name().quoted())
        .collect(Collectors.joining(", "));
  }

  /** {@code "first_name", "last_name"}: the written columns, unqualified. */
  public String writtenNames() {
    return written.stream().map(Identifier::quoted).collect(Collectors.joining(", "));
  }

  /**
   * The image of a row's written columns, 8 bytes each: a hash of the binary form of the value.
   *
   * <p>Binary, because {@code =} takes citext Foo for foo and 1.0 for 1.00; a hash, because the
   * values themselves stand in the row; one a column, because where the application has written one
   * of them since, the others are still ours. SHA-256 is the cheapest: MD5 comes as text.
   */
  public String image() {
    return imageOf(key.table().name().quoted());
  }

  /** The same of another row that has these columns: of the old values in the journal itself. */
  public String imageOf(String row) {
    return written.stream()
        .map(column -> imageOf(row, column))
        .collect(Collectors.joining(" || ", "(", ")"));
  }

  private static String imageOf(String row, Identifier column) {
    return "substr(sha256(record_send(ROW(%s.%s))), 1, %d)"
        .formatted(row, column.quoted(), BYTES_A_COLUMN);
  }

  /** The condition that one column of {@code row} is what the image in {@code journal} is of. */
  public String imageHas(String journal, String row, Identifier column) {
    return "substr(%s.%s, %d, %d) = %s"
        .formatted(
            journal,
            IMAGE,
            1 + BYTES_A_COLUMN * written.indexOf(column),
            BYTES_A_COLUMN,
            imageOf(row, column));
  }
}
