package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bench.Variant.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VariantTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "set-1",
        "java-32",
        "set-2-journal",
        "java-4-c500",
        "set-1-c100-journal",
        "set-2-throttled",
        "set-4-c100-throttled"
      })
  void aNameSaysEverything(String name) {
    assertThat(Variant.named(name)).map(Variant::name).hasValue(name);
  }

  @Test
  void whatTheNameDoesNotSayIsUsual() {
    assertThat(Variant.named("set-2")).hasValue(new Variant(Kind.SET, 2, 1_000, false, false));
    assertThat(Variant.named("java-4-c500-journal"))
        .hasValue(new Variant(Kind.JAVA, 4, 500, true, false));
    assertThat(Variant.named("set-2-c1000")).map(Variant::name).hasValue("set-2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "journal-2",
        "set",
        "set-0",
        "set-33",
        "set-2-c99",
        "set-2-c1001",
        "set-2-journal-c500",
        "java-2-throttled",
        "set-2-journal-throttled",
        "Set-2"
      })
  void otherNamesAreNone(String name) {
    assertThat(Variant.named(name)).isEmpty();
  }

  @Test
  void theUsualOnesDifferInOneThingAtATime() {
    assertThat(Contenders.forThroughput())
        .containsExactly(
            "update",
            "loop-1000",
            "loop-10000",
            "batch",
            "set-1",
            "set-2",
            "set-4",
            "set-1-journal",
            "set-2-journal",
            "set-4-journal",
            "set-2-c500",
            "set-2-c100",
            "java-1",
            "java-2",
            "java-4",
            "java-1-journal",
            "java-2-journal",
            "java-4-journal",
            "java-2-c500",
            "java-2-c100");
    assertThat(Contenders.forLatency())
        .endsWith("batch", "set-2", "java-2", "set-2-journal", "set-2-c100-throttled")
        .hasSize(8);
    assertThat(Contenders.forGrowth()).containsExactly("set-2");
  }

  @Test
  void allIsEveryCombination() {
    assertThat(Contenders.checked(List.of("all")))
        .hasSize(4 + 2 * 3 * 3 * 2)
        .doesNotHaveDuplicates()
        .containsAll(Contenders.forThroughput());
  }

  @Test
  void namesAreTakenOnceAsTheTablesWriteThem() {
    assertThat(Contenders.checked(List.of("set-2-c1000", "update", "set-2")))
        .containsExactly("set-2", "update");
  }

  @Test
  void aWrongNameIsRefusedWithWhatThereIs() {
    assertThatThrownBy(() -> Contenders.checked(List.of("journal-2")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "no contender 'journal-2'. There are update, loop-1000, loop-10000, batch; set-W and"
                + " java-W with W = 1 to 32 workers, then -cN for N = 100 to 1000 rows a chunk,"
                + " then -journal, as in java-4-c500-journal; set-W-throttled; and all for every"
                + " combination.");
  }
}
