package dev.sluice.validation;

import java.util.List;

/** stub */
public record Certificate(List<Result> results) {
  /** stub */
  public record Result(String name, boolean passed, String detail) {}
}
