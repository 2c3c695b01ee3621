package dev.sluice.testing;

import io.zonky.test.db.postgres.embedded.PgBinaryResolver;
import io.zonky.test.db.postgres.util.ArchUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Server binaries in a jar that is not on the class path, because a class path holds one version of
 * an artifact.
 */
record BinariesInJar(Path jar) implements PgBinaryResolver {
  private static final String PROPERTY = "postgres.oldest";

  /** The jar that the system property {@code postgres.oldest} names; the build copies it there. */
  static BinariesInJar ofTheOldestVersion() {
    return readable(Path.of(System.getProperty(PROPERTY, "target/postgres/oldest.jar")));
  }

  static BinariesInJar readable(Path jar) {
    if (!Files.isReadable(jar)) {
      throw new IllegalStateException(
          "%s: no such file. It holds the oldest PostgreSQL that the tests run on. Run './mvnw process-test-resources' once, or name the file with -D%s="
              .formatted(jar.toAbsolutePath(), PROPERTY));
    }
    return new BinariesInJar(jar);
  }

  /** False on macOS and ARM, for which no binaries of the oldest version are published. */
  static boolean existForThisMachine() {
    return System.getProperty("os.name").equals("Linux")
        && System.getProperty("os.arch").equals("amd64");
  }

  @Override
  public InputStream getPgBinary(String system, String machineHardware) throws IOException {
    String name =
        "postgres-%s-%s.txz"
            .formatted(system, ArchUtils.normalize(machineHardware))
            .toLowerCase(Locale.ROOT);
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      ZipEntry entry = zip.getEntry(name);
      if (entry == null) {
        throw new IllegalStateException("%s holds no %s".formatted(jar, name));
      }
      return new ByteArrayInputStream(zip.getInputStream(entry).readAllBytes());
    }
  }
}
