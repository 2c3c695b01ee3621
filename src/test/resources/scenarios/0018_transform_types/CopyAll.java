import dev.sluice.migration.Row;
import dev.sluice.migration.RowTransformer;
import java.util.List;

/** Writes what it reads, NULL too. */
public final class CopyAll implements RowTransformer {

  private static final List<String> COLUMNS =
      List.of(
          "t", "i", "l", "n", "b", "u", "bin", "d", "tm", "ts", "tstz", "arr", "j", "jb", "iv", "e",
          "r");

  @Override
  public void transform(Row row) {
    for (String column : COLUMNS) {
      row.set(column + "2", row.get(column));
    }
    row.set("Mixed2 ?:", row.get("Mixed ?:"));
    row.set("done", true);
  }
}
