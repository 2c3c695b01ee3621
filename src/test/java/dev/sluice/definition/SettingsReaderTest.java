package dev.sluice.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.migration.LiveSettings;
import dev.sluice.migration.Tuning;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The values of {@code tune}, read as those of {@code migration.yaml}. */
class SettingsReaderTest {

  private static final Tuning USUAL = Tuning.DEFAULT.withChunkRows(500).withWorkers(4).withSkip(7);

  private static Tuning over(String... settings) {
    return SettingsReader.over(USUAL, LiveSettings.parse(List.of(settings)));
  }

  private static String refusal(String... settings) {
    return String.valueOf(
        org.assertj.core.api.Assertions.catchThrowableOfType(
                IllegalArgumentException.class, () -> over(settings))
            .getMessage());
  }

  @Test
  void whatIsNotSetStaysAsItIs() {
    assertThat(over()).isEqualTo(USUAL);
    assertThat(over("workers=1")).isEqualTo(USUAL.withWorkers(1));
    assertThat(over("chunk.rows=default", "workers=default")).isEqualTo(USUAL);
    Tuning both = over("chunk.rows=200", "chunk.target-time=100ms");
    assertThat(both.chunk().rows()).isEqualTo(200);
    assertThat(both.chunk().targetTime()).isEqualTo(Duration.ofMillis(100));
    assertThat(both.workers()).isEqualTo(4);
    assertThat(both.skip()).isEqualTo(7);
  }

  @Test
  void boundsAndMessagesAreTheDefinitionsOwn() {
    assertThat(refusal("chunk.rows=50", "workers=many"))
        .isEqualTo(
            """
            workers must be a plain whole number, 1 to 32, got 'many'. Remove it to use 4.
            chunk.rows must be 100 to 1000, got 50. Remove it to use 500.""");
    assertThat(refusal("chunk.rows="))
        .isEqualTo(
            "chunk.rows must be a plain whole number, 100 to 1000, got nothing. Remove it to use"
                + " 500.");
  }

  @Test
  void aKeyThatIsNotTunedNamesTheNearest() {
    assertThat(refusal("chunk.row=200"))
        .startsWith("unknown key 'chunk.row'; did you mean 'chunk.rows'? Allowed: chunk.rows, ")
        .endsWith("workers.");
    assertThat(refusal("worker=default"))
        .startsWith("unknown key 'worker'; did you mean 'workers'?");
    assertThat(refusal("skip=5")).startsWith("unknown key 'skip'. Allowed: ");
    assertThat(refusal("chunk={rows: 5}")).startsWith("unknown key 'chunk'");
  }

  /** Values are no YAML: what looks like a tag or an alias is text. */
  @Test
  void aValueHasNoSyntaxOfItsOwn() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> over("workers=!!java.net.URL [x]"))
        .withMessage(
            "workers must be a plain whole number, 1 to 32, got '!!java.net.URL [x]'. Remove it to"
                + " use 4.");
    assertThat(refusal("workers=1\nchunk: {rows: 200}"))
        .isEqualTo(
            "workers must be a plain whole number, 1 to 32, got '1 chunk: {rows: 200}'. Remove it"
                + " to use 4.");
  }
}
