package dev.sluice.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PgTextTest {

  @Test
  void plainValuesKeepTheirText() {
    assertThat(PgText.of(null)).isNull();
    assertThat(PgText.of("a'b\\")).isEqualTo("a'b\\");
    assertThat(PgText.of('x')).isEqualTo("x");
    assertThat(PgText.of(true)).isEqualTo("true");
    assertThat(PgText.of(-7L)).isEqualTo("-7");
    assertThat(PgText.of(new BigInteger("12345678901234567890"))).isEqualTo("12345678901234567890");
    assertThat(PgText.of(Double.NaN)).isEqualTo("NaN");
    assertThat(PgText.of(Float.NEGATIVE_INFINITY)).isEqualTo("-Infinity");
    assertThat(PgText.of(new UUID(0, 1))).isEqualTo("00000000-0000-0000-0000-000000000001");
    assertThat(PgText.of(TimeUnit.DAYS)).isEqualTo("DAYS");
    assertThat(PgText.of(new byte[] {0, (byte) 0xff})).isEqualTo("\\x00ff");
  }

  @Test
  void decimalsKeepTheirScaleAndHaveNoExponent() {
    assertThat(PgText.of(new BigDecimal("1.00"))).isEqualTo("1.00");
    assertThat(PgText.of(new BigDecimal("1E+3"))).isEqualTo("1000");
  }

  @Test
  void momentsAreCutToMicroseconds() {
    assertThat(PgText.of(LocalDateTime.of(9999, 12, 31, 23, 59, 59, 999_999_999)))
        .isEqualTo("9999-12-31 23:59:59.999999");
    assertThat(PgText.of(LocalTime.of(1, 2, 3, 4_999))).isEqualTo("01:02:03.000004");
    assertThat(PgText.of(Instant.ofEpochSecond(0, -1))).isEqualTo("1969-12-31 23:59:59.999999+00");
  }

  @Test
  void momentsTravelInUtc() {
    assertThat(PgText.of(OffsetDateTime.of(2026, 1, 1, 0, 0, 0, 0, ZoneOffset.ofHours(18))))
        .isEqualTo("2025-12-31 06:00:00.000000+00");
    assertThat(PgText.of(ZonedDateTime.of(2026, 7, 1, 2, 0, 0, 0, ZoneId.of("Europe/Berlin"))))
        .isEqualTo("2026-07-01 00:00:00.000000+00");
    assertThat(PgText.of(OffsetTime.of(1, 2, 3, 0, ZoneOffset.ofHoursMinutes(5, 30))))
        .isEqualTo("01:02:03.000000+05:30");
  }

  @Test
  void yearsBeforeChristAndBeyondFourDigitsAreThePostgresForm() {
    assertThat(PgText.of(LocalDate.of(0, 3, 15))).isEqualTo("0001-03-15 BC");
    assertThat(PgText.of(LocalDate.of(-43, 3, 15))).isEqualTo("0044-03-15 BC");
    assertThat(PgText.of(LocalDate.of(12345, 1, 2))).isEqualTo("12345-01-02");
    assertThat(PgText.of(LocalDateTime.of(-43, 3, 15, 12, 0)))
        .isEqualTo("0044-03-15 12:00:00.000000 BC");
  }

  @Test
  void greatestAndLeastValuesAreInfinity() {
    assertThat(PgText.of(LocalDate.MAX)).isEqualTo("infinity");
    assertThat(PgText.of(LocalDate.MIN)).isEqualTo("-infinity");
    assertThat(PgText.of(LocalDateTime.MAX)).isEqualTo("infinity");
    assertThat(PgText.of(LocalDateTime.MIN)).isEqualTo("-infinity");
    assertThat(PgText.of(OffsetDateTime.MAX)).isEqualTo("infinity");
    assertThat(PgText.of(OffsetDateTime.MIN)).isEqualTo("-infinity");
    assertThat(PgText.of(Instant.MAX)).isEqualTo("infinity");
    assertThat(PgText.of(Instant.MIN)).isEqualTo("-infinity");
    assertThat(PgText.of(LocalTime.MAX)).isEqualTo("24:00:00");
  }

  @Test
  void listsAndArraysBecomeArrayLiterals() {
    assertThat(PgText.of(Arrays.asList("a", null, "NULL", "q\"\\,{}", "")))
        .isEqualTo("{a,NULL,\"NULL\",\"q\\\"\\\\,{}\",\"\"}");
    assertThat(PgText.of(new int[][] {{1, 2}, {3, 4}})).isEqualTo("{{1,2},{3,4}}");
    assertThat(PgText.of(List.of(new byte[] {1}))).isEqualTo("{\"\\\\x01\"}");
    assertThat(PgText.of(List.of())).isEqualTo("{}");
  }

  @Test
  void anotherTypeIsNamed() {
    assertThatThrownBy(() -> PgText.of(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a value of type java.time.Duration cannot be written."
                + " Convert it to a String, a number or a java.time type.");
  }
}
