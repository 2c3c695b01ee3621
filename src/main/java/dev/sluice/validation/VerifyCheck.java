package dev.sluice.validation;

import java.util.List;

/** One part of a verification. */
interface VerifyCheck {

  /** How the certificate calls it if it cannot be carried out. */
  String name();

  /**
   * At least one result.
   *
   * @throws org.springframework.dao.DataAccessException if it cannot be carried out
   */
  List<Certificate.Result> verify(Evidence evidence);
}
