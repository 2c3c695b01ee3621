package dev.sluice.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.transaction.TransactionSystemException;

class SqlStatesTest {

  private final SQLException closed = new SQLException("Connection is closed");

  @Test
  void theErrorBeforeAFailedRollbackIsTheReason() {
    TransactionSystemException failed =
        new TransactionSystemException("JDBC rollback failed", closed);
    failed.initApplicationException(
        new DataAccessResourceFailureException("write", new SQLException("terminated", "57P01")));

    assertThat(SqlStates.of(failed)).contains("57P01");
    assertThat(SqlStates.isTransient(failed)).isTrue();
    assertThat(SqlStates.message(failed)).isEqualTo("terminated [57P01]");
  }

  @Test
  void aRollbackThatFailedWithoutAReasonIsALostConnection() {
    assertThat(
            SqlStates.isTransient(
                new IllegalStateException(
                    new TransactionSystemException("JDBC rollback failed", closed))))
        .isTrue();
    assertThat(SqlStates.isTransient(closed)).isFalse();
    assertThat(SqlStates.isTransient(new TransactionSystemException("no cause"))).isFalse();
  }

  @Test
  void aPermanentErrorBeforeAFailedRollbackStaysPermanent() {
    TransactionSystemException failed =
        new TransactionSystemException("JDBC rollback failed", closed);
    failed.initApplicationException(new IllegalStateException(new SQLException("check", "23514")));

    assertThat(SqlStates.of(failed)).contains("23514");
    assertThat(SqlStates.isTransient(failed)).isFalse();
  }
}
