package dev.sluice.process;

import dev.sluice.testing.TestDatabase;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A file system of a few megabytes for a tablespace. Linux, as root, a server on this machine. */
final class SmallDisk {

  private static final Path MOUNT =
      Path.of(System.getProperty("java.io.tmpdir"), "small-disk-" + ProcessHandle.current().pid());
  private static final Path FILLER = MOUNT.resolve("filler");
  private static final String SIZE = "8m";

  private SmallDisk() {}

  /** Puts the table there. Skips the test where nothing can be mounted. */
  static void mount(TestDatabase database, String table) {
    try {
      Files.createDirectories(MOUNT);
      boolean mounted =
          command("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "tmpfs", MOUNT.toString());
      Assumptions.assumeTrue(mounted, "a file system can be mounted");
      Path space = Files.createDirectory(MOUNT.resolve("tablespace"));
      Files.setPosixFilePermissions(space, PosixFilePermissions.fromString("rwxrwxrwx"));
      database.jdbc().sql("CREATE TABLESPACE small_disk LOCATION '" + space + "'").update();
      database.execute("ALTER TABLE " + table + " SET TABLESPACE small_disk");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Leaves no byte free. */
  static void fill() {
    byte[] block = new byte[4096];
    try (OutputStream out = Files.newOutputStream(FILLER)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      // No space left on device
    }
  }

  static void free() throws IOException {
    Files.delete(FILLER);
  }

  /** After the server has stopped. */
  static void unmount() throws IOException {
    if (Files.exists(MOUNT)) {
      command("umount", MOUNT.toString());
      Files.delete(MOUNT);
    }
  }

  private static boolean command(String... words) {
    try {
      Process process = new ProcessBuilder(words).start();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false; // no such program
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
