import dev.sluice.migration.Row;
import dev.sluice.migration.RowTransformer;

/** The first letter of each of two names. */
public final class Initials implements RowTransformer {

  @Override
  public void transform(Row row) {
    String[] names = row.getString("name").split(" ");
    row.set("initials", names[0].substring(0, 1) + names[1].charAt(0));
  }
}
