import dev.sluice.migration.Row;
import dev.sluice.migration.RowTransformer;

/** Writes what it reads. */
public final class CopyCode implements RowTransformer {

  @Override
  public void transform(Row row) {
    row.set("code", row.get("long_code"));
  }
}
