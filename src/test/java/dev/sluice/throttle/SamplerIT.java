package dev.sluice.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.sluice.migration.ThrottlePolicy;
import dev.sluice.testing.LoggedLines;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcOperations;

class SamplerIT {

  @RegisterExtension private final LoggedLines unread = new LoggedLines(UnreadLog.class);
  @RegisterExtension private final LoggedLines looks = new LoggedLines(Sampler.class);

  /** Time passes, and now and then a test makes it pass faster. */
  private final AtomicLong skippedNanos = new AtomicLong();

  @Test
  void goesOnAfterAnErrorThatNoSignalShouldHaveEndedWith() {
    Broken urgent = new Broken();
    Broken other = new Broken();
    Answers answers = new Answers();
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        Sampler sampler =
            new Sampler(
                database.dataSource(),
                List.of(urgent, other),
                () -> ThrottlePolicy.DEFAULT,
                System::nanoTime,
                answers)) {
      sampler.start();
      Awaitility.await("both again").until(() -> answers.count.get() >= 2);
    }
    assertThat(looks.of(Level.WARN)).contains("throttle.sampler this look was cut off");
  }

  @Test
  void aSignalThatEndsWithABugHindersNoOther() {
    Scripted urgent = new Scripted("urgent");
    Scripted buggy = new Scripted("buggy");
    Scripted other = new Scripted("other");
    buggy.error = new IllegalStateException("a bug");
    Answers answers = new Answers();
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        Sampler sampler = sampler(database, List.of(urgent, buggy, other), answers)) {
      sampler.start();
      Awaitility.await("the one behind it").until(() -> answers.of.contains("other"));
      assertThat(answers.failures).contains("buggy: java.lang.IllegalStateException: a bug");
    }
  }

  /** Also one that is on by default, whose failure holds nothing up and would be seen nowhere. */
  @Test
  void aSignalThatCannotBeReadForTenSecondsIsToldOnceAndThatItAnswersOnce() {
    Scripted urgent = new Scripted("blocked sessions");
    Scripted other = new Scripted("vacuum");
    urgent.error = new Signal.UnreadableException("the role may not see it");
    Answers answers = new Answers();
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        Sampler sampler = sampler(database, List.of(urgent, other), answers)) {
      sampler.start();
      Awaitility.await("a failure").until(() -> !answers.failures.isEmpty());
      assertThat(unread.all()).as("it may pass").isEmpty();
      skippedNanos.set(Duration.ofSeconds(10).toNanos());
      Awaitility.await("told").until(() -> !unread.all().isEmpty());
      int seen = answers.failures.size();
      Awaitility.await("more failures").until(() -> answers.failures.size() > seen + 1);
      urgent.error = null;
      Awaitility.await("it answers").until(() -> unread.all().size() > 1);
    }
    assertThat(unread.of(Level.WARN))
        .containsExactly(
            "throttle.unread signal=blocked sessions cannot be read, and the run does not wait"
                + " for it: the role may not see it");
    assertThat(unread.of(Level.INFO))
        .containsExactly("throttle.read signal=blocked sessions answers again");
  }

  private Sampler sampler(TestDatabase database, List<Signal> signals, Sampler.Sink sink) {
    return new Sampler(
        database.dataSource(),
        signals,
        () -> ThrottlePolicy.DEFAULT,
        () -> System.nanoTime() + skippedNanos.get(),
        sink);
  }

  /** Fails as it is told to, and is on by default. */
  private static final class Scripted implements Signal {
    private final String name;
    private volatile @Nullable RuntimeException error;

    Scripted(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public boolean isOn(ThrottlePolicy policy) {
      return true;
    }

    @Override
    public boolean isAskedFor() {
      return false;
    }

    @Override
    public Duration interval() {
      return Duration.ZERO;
    }

    @Override
    public Optional<String> read(JdbcOperations jdbc, ThrottlePolicy policy) {
      RuntimeException now = error;
      if (now != null) {
        throw now;
      }
      return Optional.empty();
    }
  }

  /** The first time that it is read. */
  private static final class Broken implements Signal {
    private int reads;

    @Override
    public String name() {
      return "broken";
    }

    @Override
    public boolean isOn(ThrottlePolicy policy) {
      return true;
    }

    @Override
    public Duration interval() {
      return Duration.ofDays(1);
    }

    @Override
    public Optional<String> read(JdbcOperations jdbc, ThrottlePolicy policy) {
      if (++reads == 1) {
        throw new StackOverflowError("a test");
      }
      return Optional.empty();
    }
  }

  private static final class Answers implements Sampler.Sink {
    private final AtomicInteger count = new AtomicInteger();
    private final List<String> of = new CopyOnWriteArrayList<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();

    @Override
    public boolean wants() {
      return true;
    }

    @Override
    public void answered(Signal signal, Optional<String> reason) {
      count.incrementAndGet();
      of.add(signal.name());
    }

    @Override
    public void failed(Signal signal, String why) {
      failures.add(signal.name() + ": " + why);
    }

    @Override
    public void off(Signal signal) {}

    @Override
    public void looked() {}
  }
}
