package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BootArgumentsTest {

  @Test
  void springBootsOwnWayBecomesTheRunCommand() {
    assertThat(
            BootArguments.toCommand(
                new String[] {
                  "--spring.batch.job.name=0001_x", "chunkRows=500", "workers=4,java.lang.Long,true"
                }))
        .containsExactly("run", "0001_x", "--chunk-rows=500", "--workers=4");
  }

  @Test
  void otherPropertiesGoToSpringAndOptionsStay() {
    assertThat(
            BootArguments.toCommand(
                new String[] {
                  "--spring.batch.job.name=0001_x",
                  "--spring.datasource.url=jdbc:postgresql://h/d",
                  "--jobs=elsewhere"
                }))
        .containsExactly(
            "run",
            "0001_x",
            "--spring-argument=--spring.datasource.url=jdbc:postgresql://h/d",
            "--jobs=elsewhere");
  }

  @Test
  void commandsStayAsTheyAre() {
    assertThat(BootArguments.toCommand(new String[] {"status", "--json"}))
        .containsExactly("status", "--json");
  }

  @Test
  void anUnknownParameterBecomesAnUnknownOption() {
    assertThat(
            BootArguments.toCommand(new String[] {"--spring.batch.job.name=0001_x", "chunkrows=1"}))
        .containsExactly("run", "0001_x", "--chunkrows=1");
  }
}
