package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.SluiceCommand;
import dev.sluice.testing.TestDatabase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The program in this process, with one migration in its jobs directory. */
record Program(TestDatabase database, Path jobs, String id) {

  /** How it ended. */
  record Answer(int exitCode, String out, String err) {

    /** Succeeds, and returns what it printed. */
    String done() {
      assertThat(exitCode).as(err).isZero();
      return out;
    }

    /** Fails so, and returns why. */
    String failed(int code) {
      assertThat(exitCode).as(out + err).isEqualTo(code);
      return err;
    }
  }

  Program write(String file, String text) {
    try {
      Path folder = Files.createDirectories(jobs.resolve(id));
      Files.writeString(folder.resolve(file), text);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Program define(String yaml) {
    return write("migration.yaml", "description: A test\n" + yaml);
  }

  Answer run(String... options) {
    return command("run", options);
  }

  Answer rollback(String... options) {
    return command("rollback", options);
  }

  Answer command(String command, String... options) {
    List<String> arguments = new ArrayList<>(List.of(command, id, "--jobs=" + jobs));
    arguments.add("--url=" + database.url());
    arguments.add("--user=" + database.server().user());
    arguments.add("--spring-argument=--spring.datasource.password=" + database.server().password());
    arguments.addAll(Arrays.asList(options));
    return execute(arguments);
  }

  /** What {@code status} says, which takes no jobs directory. */
  String status(String... options) {
    String property = "spring.datasource.password";
    System.setProperty(property, database.server().password());
    try {
      List<String> arguments = new ArrayList<>(List.of("status", id, "--url=" + database.url()));
      arguments.add("--user=" + database.server().user());
      arguments.addAll(Arrays.asList(options));
      return execute(arguments).done();
    } finally {
      System.clearProperty(property);
    }
  }

  private static Answer execute(List<String> arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        SluiceCommand.execute(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            arguments.toArray(new String[0]));
    return new Answer(exitCode, out.toString(), err.toString());
  }

  String state() {
    return database
        .jdbc()
        .sql("SELECT state FROM sluice.migration WHERE id = ?")
        .param(id)
        .query(String.class)
        .single();
  }
}
