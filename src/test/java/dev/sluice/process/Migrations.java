package dev.sluice.process;

import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TcpProxy;
import dev.sluice.testing.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The jobs directory of a test, and the ways to run what lies there. */
record Migrations(Path directory, TestDatabase database) {

  /** Writes {@code migration.yaml}; the description and the undo are the same for all. */
  Migrations define(String id, String yaml) {
    return write(
        id,
        "migration.yaml",
        """
        description: A test of the whole program
        undo: none
        irreversible: the test drops its database
        """
            + yaml);
  }

  Migrations write(String id, String file, String text) {
    try {
      Path folder = Files.createDirectories(directory.resolve(id));
      Files.writeString(folder.resolve(file), text);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  SluiceProcess.Command command(String id) {
    return SluiceProcess.command("run", id, directory, database);
  }

  SluiceProcess.Command command(String command, String id) {
    return SluiceProcess.command(command, id, directory, database);
  }

  /** As another role; all have the server's one password. */
  SluiceProcess.Command commandAs(String user, String id) {
    return SluiceProcess.command("run", id, directory, database, user);
  }

  /** By a connection that the proxy passes on. */
  SluiceProcess.Command commandThrough(TcpProxy proxy, String id) {
    return commandThrough(proxy, "run", id);
  }

  SluiceProcess.Command commandThrough(TcpProxy proxy, String command, String id) {
    return SluiceProcess.command(
            command,
            id,
            "--jobs",
            directory.toString(),
            "--url",
            proxy.jdbcUrl(database.name()),
            "--user",
            database.server().user())
        .withEnvironment("PGPASSWORD", database.server().password());
  }

  SluiceProcess start(String id) {
    return command(id).start();
  }
}
