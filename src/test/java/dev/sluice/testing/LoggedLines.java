package dev.sluice.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** What a class logs during a test, from INFO on: {@code @RegisterExtension}. */
public final class LoggedLines implements BeforeEachCallback, AfterEachCallback {

  private final Logger logger;
  private final ListAppender<ILoggingEvent> events = new ListAppender<>();

  public LoggedLines(Class<?> logging) {
    this.logger = (Logger) LoggerFactory.getLogger(logging);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    events.start();
    logger.setLevel(Level.INFO);
    logger.addAppender(events);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    logger.detachAppender(events);
    logger.setLevel(null); // the tests' own
  }

  /** All lines so far. */
  public List<String> all() {
    return List.copyOf(events.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  /** Those of a level. */
  public List<String> of(Level level) {
    return List.copyOf(events.list).stream()
        .filter(event -> event.getLevel() == level)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }
}
