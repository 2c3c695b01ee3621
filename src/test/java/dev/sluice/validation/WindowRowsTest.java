package dev.sluice.validation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WindowRowsTest {

  @Test
  void anOverrunHalvesDownToOneRow() {
    WindowRows rows = new WindowRows(5);
    rows.overran(5);
    assertThat(rows.now()).isEqualTo(2);
    rows.overran(2);
    rows.overran(1);
    assertThat(rows.now()).isEqualTo(1);
  }

  @Test
  void fourSuccessesDoubleUpToTheMost() {
    WindowRows rows = new WindowRows(100);
    rows.overran(100);
    rows.overran(50);
    succeed(rows, 3);
    assertThat(rows.now()).isEqualTo(25);
    succeed(rows, 1);
    assertThat(rows.now()).isEqualTo(50);
    succeed(rows, 40);
    assertThat(rows.now()).isEqualTo(100);
  }

  private static void succeed(WindowRows rows, int times) {
    for (int i = 0; i < times; i++) {
      rows.succeeded();
    }
  }
}
