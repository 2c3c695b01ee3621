package dev.sluice.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * How long every test waits at most for what other threads, processes and servers do. JUnit finds
 * it by itself ({@code META-INF/services}).
 *
 * <p>Awaitility's own ten seconds fail a right program on a busy machine. To wait longer hides
 * nothing: what is awaited comes at last, or never.
 */
public final class AwaitilityPatience implements BeforeAllCallback {

  private static final Duration WAIT_MAX = Duration.ofMinutes(2);

  @Override
  public void beforeAll(ExtensionContext context) {
    Awaitility.setDefaultTimeout(WAIT_MAX);
  }
}
