package dev.sluice.cli;

import dev.sluice.versions.Version;
import dev.sluice.versions.VersionList;
import dev.sluice.versions.Versions;
import java.io.PrintWriter;
import java.util.List;
import javax.sql.DataSource;
import picocli.CommandLine.Command;

/** Says at which version the database is. Writes nothing. */
@Command(
    name = "version",
    description =
        "Says which migration is the highest applied, what is unfinished, and what comes next.")
final class VersionCommand extends VersionsCommand {

  @Override
  int execute(Versions versions, DataSource dataSource) {
    VersionList list = versions.list();
    PrintWriter out = spec.commandLine().getOut();
    out.println(list.current().map(current -> current.id().value()).orElse("none"));
    List<Version> all = list.all();
    long applied = all.stream().filter(Version::isApplied).count();
    String next =
        all.stream()
            .filter(version -> !version.isApplied())
            .findFirst()
            .map(version -> ", next is " + version.id())
            .orElse("");
    out.println("%d of %d applied%s".formatted(applied, all.size(), next));
    all.stream()
        .filter(Version::isUnfinished)
        .map(VersionCommand::unfinished)
        .forEach(out::println);
    list.changed().forEach(changed -> out.println(changed.id() + ": its files have changed since"));
    list.notes().forEach(note -> out.println("note: " + note));
    out.flush();
    return ExitCode.DONE;
  }

  private static String unfinished(Version version) {
    String failure = version.entry() == null ? null : version.entry().failure();
    return "%s: %s%s"
        .formatted(
            version.id(), version.state().label(), failure == null ? "" : ", because " + failure);
  }
}
