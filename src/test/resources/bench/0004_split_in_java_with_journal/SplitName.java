import dev.sluice.migration.Row;
import dev.sluice.migration.RowTransformer;

/** The first two words of full_name, as split_part gives them. */
public final class SplitName implements RowTransformer {

  @Override
  public void transform(Row row) {
    String[] words = String.valueOf(row.get("full_name")).split(" ", -1);
    row.set("first_name", words[0]);
    row.set("last_name", words.length > 1 ? words[1] : "");
  }
}
