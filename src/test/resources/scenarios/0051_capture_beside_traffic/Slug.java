import dev.sluice.migration.Row;
import dev.sluice.migration.RowTransformer;
import java.util.Locale;

/** Lower case, with a hyphen for each blank. */
public class Slug implements RowTransformer {
  @Override
  public void transform(Row row) {
    String text = row.getString("Text");
    row.set("slug", text == null ? "" : text.toLowerCase(Locale.ROOT).replace(' ', '-'));
  }
}
