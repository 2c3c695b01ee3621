package dev.sluice.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SluiceSchemaTest {

  @Test
  void theVersionIsThatOfTheLastFile() throws Exception {
    URL first = Objects.requireNonNull(SluiceSchema.class.getResource("V1__foundation.sql"));
    try (Stream<Path> all = Files.list(Path.of(first.toURI()).resolveSibling(""))) {
      int last =
          all.map(file -> file.getFileName().toString())
              .filter(name -> name.matches("V\\d+__.*\\.sql"))
              .mapToInt(name -> Integer.parseInt(name.substring(1, name.indexOf("__"))))
              .max()
              .orElseThrow();
      assertThat(SluiceSchema.VERSION).isEqualTo(last);
    }
  }
}
