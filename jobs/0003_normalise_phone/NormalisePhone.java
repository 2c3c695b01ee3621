import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import dev.sluice.migration.Row;
import dev.sluice.migration.RowTransformer;

/**
 * Turns a phone number as people write it into the international form: {@code 030 123456} in DE
 * becomes {@code +4930123456}.
 *
 * <p>One instance serves all workers at once: it keeps nothing but the library's own object, which
 * is safe for concurrent use.
 */
public final class NormalisePhone implements RowTransformer {

  private final PhoneNumberUtil numbers = PhoneNumberUtil.getInstance();

  /** Sets {@code phone_status} in every case, since it is what ends the guard. */
  @Override
  public void transform(Row row) {
    String phone = row.getString("phone");
    String normalised = phone == null ? null : normalise(phone, row.getString("country"));
    row.set("phone_e164", normalised);
    row.set("phone_status", phone == null ? "none" : normalised == null ? "invalid" : "ok");
  }

  /** Null: it is no phone number. Thrown on, the exception would stop the run at this row. */
  private String normalise(String phone, String country) {
    try {
      PhoneNumber number = numbers.parse(phone, country);
      return numbers.isValidNumber(number) ? numbers.format(number, PhoneNumberFormat.E164) : null;
    } catch (NumberParseException e) {
      return null;
    }
  }
}
