package dev.sluice.testing;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/** A server in a container, from the image that the environment names in {@code POSTGRES_IMAGE}. */
final class ContainerProcess implements ServerProcess {
  private static final String DEFAULT_IMAGE = "postgres:15";
  private static final int STOP_SECONDS_MAX = 30;

  private final PostgreSQLContainer container;
  private final int port;

  ContainerProcess(Map<String, String> settings, int port) {
    String image = Objects.requireNonNullElse(System.getenv("POSTGRES_IMAGE"), DEFAULT_IMAGE);
    this.port = port;
    container =
        new PostgreSQLContainer(
                DockerImageName.parse(image).asCompatibleSubstituteFor(PostgreSQLContainer.IMAGE))
            .withUsername(PostgresServer.USER)
            .withPassword(PostgresServer.PASSWORD)
            .withDatabaseName(PostgresServer.ADMIN_DATABASE);
    // Replaces the default command, which turns fsync off.
    container.setCommand(command(settings));
    // Fixed, because the engine chooses a new host port at every start of a container.
    container.setPortBindings(List.of(port + ":" + PostgreSQLContainer.POSTGRESQL_PORT));
  }

  private static String[] command(Map<String, String> settings) {
    List<String> words = new ArrayList<>(List.of("postgres"));
    settings.forEach((name, value) -> words.addAll(List.of("-c", name + "=" + value)));
    return words.toArray(String[]::new);
  }

  @Override
  public String provider() {
    return "testcontainers";
  }

  @Override
  public String host() {
    return container.getHost();
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public void start() {
    if (container.getContainerId() == null) {
      container.start();
    } else {
      engine().startContainerCmd(container.getContainerId()).exec();
    }
  }

  @Override
  public void stop() {
    signal("SIGINT");
  }

  @Override
  public void stopImmediately() {
    signal("SIGQUIT");
  }

  @Override
  public void kill() {
    signal("SIGKILL");
  }

  private void signal(String name) {
    String id = container.getContainerId();
    engine().killContainerCmd(id).withSignal(name).exec();
    engine()
        .waitContainerCmd(id)
        .exec(new WaitContainerResultCallback())
        .awaitStatusCode(STOP_SECONDS_MAX, TimeUnit.SECONDS);
  }

  private DockerClient engine() {
    return container.getDockerClient();
  }

  @Override
  public void close() {
    container.stop();
  }
}
