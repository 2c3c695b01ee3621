package dev.sluice.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimeWindowTest {

  private static boolean open(String window, String instant) {
    return TimeWindow.parse(window).isOpen(Instant.parse(instant));
  }

  private static String next(String window, String instant) {
    return TimeWindow.parse(window).nextOpening(Instant.parse(instant)).toString();
  }

  @Test
  void isOpenFromTheFirstMinuteToBeforeTheLast() {
    String window = "01:00-05:00 UTC";
    assertThat(open(window, "2026-11-21T00:59:59Z")).isFalse();
    assertThat(open(window, "2026-11-21T01:00:00Z")).isTrue();
    assertThat(open(window, "2026-11-21T04:59:59Z")).isTrue();
    assertThat(open(window, "2026-11-21T05:00:00Z")).isFalse();
    assertThat(next(window, "2026-11-21T05:00:00Z")).isEqualTo("2026-11-22T01:00Z[UTC]");
    assertThat(next(window, "2026-11-21T00:00:00Z")).isEqualTo("2026-11-21T01:00Z[UTC]");
  }

  @Test
  void goesOverMidnightInItsOwnZone() {
    String window = "22:00-06:00 Europe/Berlin"; // UTC+1 in November
    assertThat(open(window, "2026-11-21T20:59:00Z")).isFalse();
    assertThat(open(window, "2026-11-21T21:00:00Z")).isTrue();
    assertThat(open(window, "2026-11-22T04:59:00Z")).isTrue();
    assertThat(open(window, "2026-11-22T05:00:00Z")).isFalse();
    assertThat(next(window, "2026-11-22T05:00:00Z"))
        .isEqualTo("2026-11-22T22:00+01:00[Europe/Berlin]");
  }

  @Test
  void daysAreThoseOnWhichItOpens() {
    String window = "Fri,Sat 22:00-06:00 UTC"; // 2026-11-21 is a Saturday
    assertThat(open(window, "2026-11-20T23:00:00Z")).isTrue();
    assertThat(open(window, "2026-11-22T05:59:00Z")).as("Sunday, of Saturday").isTrue();
    assertThat(open(window, "2026-11-22T22:00:00Z")).as("Sunday").isFalse();
    assertThat(open(window, "2026-11-20T05:00:00Z")).as("Friday, of Thursday").isFalse();
    assertThat(next(window, "2026-11-22T12:00:00Z")).isEqualTo("2026-11-27T22:00Z[UTC]");
    assertThat(open("Sat-Mon 00:00-24:00 UTC", "2026-11-23T23:59:59Z")).isTrue();
    assertThat(open("Sat-Mon 00:00-24:00 UTC", "2026-11-24T00:00:00Z")).isFalse();
  }

  @Test
  void aClockThatIsPutBackMakesTheNightLongerAndOnePutForwardShorter() {
    TimeWindow window = TimeWindow.parse("01:00-04:00 Europe/Berlin");
    assertThat(hoursOpen(window, "2026-10-25T00:00:00Z", "2026-10-24T20:00:00Z")).isEqualTo(4);
    assertThat(hoursOpen(window, "2026-03-29T00:00:00Z", "2026-03-28T20:00:00Z")).isEqualTo(2);
    assertThat(open("02:30-03:30 Europe/Berlin", "2026-03-29T01:15:00Z"))
        .as("02:30 is not on that clock, it is 03:30 then")
        .isFalse();
  }

  private static long hoursOpen(TimeWindow window, String noon, String from) {
    Instant first = Instant.parse(from);
    assertThat(first).isBefore(Instant.parse(noon));
    long minutes = 0;
    for (int minute = 0; minute < 12 * 60; minute++) {
      minutes += window.isOpen(first.plus(Duration.ofMinutes(minute))) ? 1 : 0;
    }
    return minutes / 60;
  }

  @Test
  void equalTimesAreAWholeDay() {
    assertThat(open("08:00-08:00 UTC", "2026-11-21T07:59:00Z")).isTrue();
    assertThat(open("08:00-08:00 UTC", "2026-11-21T08:00:00Z")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "22:00-06:00",
        "22-06 UTC",
        "22:00-06:00 Mars/Olympus",
        "25:00-06:00 UTC",
        "24:00-06:00 UTC",
        "Mo 22:00-06:00 UTC",
        "Mon-Tue,Fri 22:00-06:00 UTC",
        "",
      })
  void saysTheFormOfWhatIsNone(String text) {
    assertThatThrownBy(() -> TimeWindow.parse(text))
        .hasMessage(
            "HH:MM-HH:MM and a time zone, like 22:00-06:00 Europe/Berlin, with days before it if"
                + " you like, Mon-Fri or Sat,Sun; or always");
  }
}
