package dev.sluice.process;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A kind of primary key, and a table of some hundred or thousand rows that has it.
 *
 * @param name of the type; part of the table's name
 * @param setup SQL before the table, may be empty
 * @param columns as in CREATE TABLE, the key columns only
 * @param key the key's column names
 * @param keyOfI their values for {@code i} = 1, 2, …
 * @param rows how many of those
 * @param extras further values, each a row: what only this type has
 */
record KeyType(
    String name,
    String setup,
    String columns,
    String key,
    String keyOfI,
    int rows,
    List<String> extras) {

  private static final int ROWS = 1_200;
  private static final int LABELS = 300;

  private static final List<String> TEXTS =
      List.of(
          "''",
          "' '",
          "'a'",
          "'Z'",
          "'é'",
          "'Straße'",
          "'a,b'",
          "'{a}'",
          "'\"a\"'",
          "'NULL'",
          "'null'",
          "E'a\\tb'",
          "E'a\\nb'",
          "'a''b'",
          "E'a\\\\b'",
          "'?'",
          "':a'",
          "'&a'",
          "'$1'");

  private static final String MIXED_CASE =
      "CASE i % 3 WHEN 0 THEN upper(md5(i::text)) WHEN 1 THEN md5(i::text) ELSE '-' || i END";

  /** One column {@code k}. */
  private static KeyType of(String name, String type, String keyOfI, String... extras) {
    return new KeyType(name, "", "k " + type, "k", keyOfI, ROWS, List.of(extras));
  }

  private static KeyType text(String name, String setup, String type) {
    return new KeyType(name, setup, "k " + type, "k", MIXED_CASE, ROWS, TEXTS);
  }

  /** Without those that differ in case only. */
  private KeyType withoutTwins() {
    return new KeyType(
        name,
        setup,
        columns,
        key,
        keyOfI,
        rows,
        extras.stream().filter(text -> !text.equals("'null'")).toList());
  }

  static List<KeyType> all() {
    return List.of(
        of("smallint", "smallint", "i - 600", "-32768", "32767"),
        of("int", "int", "i * 7 - 5000", "-2147483648", "2147483647"),
        of(
            "bigint",
            "bigint",
            "i * 7000000000000000 - 4000000000000000000",
            "-9223372036854775808",
            "9223372036854775807"),
        of(
            "uuid",
            "uuid",
            "md5(i::text)::uuid",
            "'00000000-0000-0000-0000-000000000000'",
            "'ffffffff-ffff-ffff-ffff-ffffffffffff'"),
        text("text_c", "", "text COLLATE \"C\""),
        text("text_default", "", "text"),
        text("text_icu", "", "text COLLATE \"und-x-icu\""),
        text(
                "text_ignoring_case",
                """
            CREATE COLLATION ignoring_case
              (provider = icu, locale = 'und-u-ks-level2', deterministic = false)
            """,
                "text COLLATE ignoring_case")
            .withoutTwins(),
        of("varchar_20", "varchar(20)", "substr(md5(i::text), 1, 16) || i % 7", "''", "'Z '"),
        of("char_8", "char(8)", "to_hex(i * 7919)", "''", "' x'", "'é'"),
        of(
            "timestamptz",
            "timestamptz",
            "timestamptz '2000-01-01 00:00+00' + i * interval '1 h 0.000001 s'",
            "'infinity'",
            "'-infinity'",
            "'4713-01-01 00:00:00+00 BC'",
            "'0044-03-15 12:00:00.123456+00 BC'",
            "'9999-12-31 23:59:59.999999+00'",
            "'294276-12-31 23:59:59.999999+00'"),
        of(
            "timestamp",
            "timestamp",
            "timestamp '2000-01-01 00:00' + i * interval '1 day 0.000001 s'",
            "'infinity'",
            "'-infinity'",
            "'4713-01-01 00:00:00 BC'"),
        of(
            "date",
            "date",
            "date '2000-01-01' + i",
            "'infinity'",
            "'-infinity'",
            "'4713-01-01 BC'",
            "'5874897-12-31'"),
        of("interval", "interval", "i * interval '1 h 3 min'", "'-1 year'", "'1 mon -1 day'"),
        of(
            "numeric",
            "numeric",
            "i / 7.0",
            "'NaN'",
            "'Infinity'",
            "'-Infinity'",
            "1000.0",
            "-1e100",
            "1e100",
            "1e-100",
            "123456789012345678901234567890.123456789"),
        of("numeric_20_5", "numeric(20,5)", "i / 7.0", "'NaN'", "999999999999999.99999"),
        of(
            "double",
            "double precision",
            "sqrt(i) / 3",
            "'NaN'",
            "'Infinity'",
            "'-Infinity'",
            "'-0.0'",
            "5e-324",
            "1.7976931348623157e308"),
        of("real", "real", "sqrt(i)::real", "'NaN'", "'Infinity'", "'-Infinity'", "'-0.0'"),
        of("bytea", "bytea", "decode(md5(i::text), 'hex')", "'\\x'", "'\\x00'", "'\\xff'"),
        of("boolean", "boolean", "i = 1").withRows(2),
        of("inet", "inet", "inet '10.0.0.0' + i", "'::1'", "'10.0.0.0/8'", "'255.255.255.255'"),
        new KeyType(
            "enum",
            "CREATE TYPE mood AS ENUM (%s)".formatted(labels()),
            "k mood",
            "k",
            "(enum_range(NULL::mood))[i]",
            LABELS,
            List.of()),
        new KeyType(
            "citext",
            "CREATE EXTENSION citext",
            "k citext",
            "k",
            MIXED_CASE,
            ROWS,
            List.of("''", "'a,b'", "'ÄÖ'")),
        new KeyType(
            "domain",
            "CREATE DOMAIN code AS text CHECK (value <> 'forbidden')",
            "k code",
            "k",
            MIXED_CASE,
            ROWS,
            TEXTS),
        new KeyType(
            "tenant_and_number",
            "",
            "tenant text, no int",
            "tenant, no",
            "(ARRAY['b', 'A', 'é', '-', ''])[1 + i % 5], i",
            ROWS,
            List.of("'a', 2147483647", "'a', -2147483648")),
        new KeyType(
            "uuid_and_time",
            "",
            "k uuid, at timestamptz",
            "k, at",
            "md5((i % 50)::text)::uuid, timestamptz '2000-01-01' + i * interval '1 h'",
            ROWS,
            List.of(
                "md5('1')::uuid, 'infinity'",
                "md5('1')::uuid, '-infinity'",
                "md5('1')::uuid, '0044-03-15 BC'")),
        new KeyType(
            "enum_bytea_bigint",
            "CREATE TYPE level AS ENUM ('low', 'high', 'Mid')",
            "a level, b bytea, c bigint",
            "a, b, c",
            "(enum_range(NULL::level))[1 + i % 3], decode(md5((i % 20)::text), 'hex'), i",
            ROWS,
            List.of("'low', '\\x', 0", "'Mid', '\\x00', -1")),
        new KeyType(
            "Order",
            "",
            "\"Select\" int, \"From ?\" text",
            "\"Select\", \"From ?\"",
            "i % 40, 'x' || i",
            ROWS,
            List.of()));
  }

  private KeyType withRows(int fewer) {
    return new KeyType(name, setup, columns, key, keyOfI, fewer, extras);
  }

  /** Their order is not their alphabet's. */
  private static String labels() {
    return IntStream.range(0, LABELS)
        .mapToObj(i -> "'m%d'".formatted(i * 7919 % LABELS))
        .collect(Collectors.joining(", "));
  }

  int rowsInAll() {
    return rows + extras.size();
  }

  /** Quoted, in mixed case where the type's name is. */
  String table(String change) {
    return "\"%s %s\"".formatted(name, change);
  }

  /** {@code n} numbers the rows in key order; {@code updates} counts the updates of each. */
  String createTable(String change) {
    String literals =
        extras.isEmpty()
            ? ""
            : "INSERT INTO %s (%s) VALUES %s;"
                .formatted(
                    table(change),
                    key,
                    extras.stream().map("(%s)"::formatted).collect(Collectors.joining(", ")));
    return """
        CREATE TABLE %1$s (%2$s, n int, done int, updates int NOT NULL DEFAULT 0, PRIMARY KEY (%3$s));
        INSERT INTO %1$s (%3$s) SELECT %4$s FROM generate_series(1, %5$d) AS i;
        %6$s
        UPDATE %1$s AS t SET n = o.place
        FROM (SELECT ctid, row_number() OVER (ORDER BY %3$s) AS place FROM %1$s) AS o
        WHERE o.ctid = t.ctid;
        CREATE TRIGGER count_update BEFORE UPDATE ON %1$s
          FOR EACH ROW EXECUTE FUNCTION count_update();
        """
        .formatted(table(change), columns, key, keyOfI, rows, literals);
  }

  @Override
  public String toString() {
    return name;
  }
}
