package dev.sluice.definition;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads a user's file as text: UTF-8, of a bounded size, a file and nothing else. */
final class TextFile {

  static final int BYTES_MAX = 1 << 20;

  private TextFile() {}

  /** Null: it could not be read, and {@code problems} says why. */
  static @Nullable String read(Path file, Problems problems) {
    String notAFile = whyNotAFile(file);
    if (notAFile != null) {
      problems.add(file, notAFile);
      return null;
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(BYTES_MAX + 1);
    } catch (IOException e) {
      problems.add(file, "cannot be read: " + reason(e) + ".");
      return null;
    }
    if (bytes.length > BYTES_MAX) {
      problems.add(file, "is larger than %d bytes, the most that is read.".formatted(BYTES_MAX));
      return null;
    }
    return decode(file, bytes, problems);
  }

  /** Asked before opening: a named pipe would block the reader for ever. */
  private static @Nullable String whyNotAFile(Path file) {
    if (Files.isRegularFile(file)) {
      return null;
    }
    if (Files.isDirectory(file)) {
      return "is a directory, a file is wanted.";
    }
    if (Files.isSymbolicLink(file)) {
      return "is a symbolic link that leads to no file.";
    }
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        ? "is a device or a pipe, a file is wanted."
        : "cannot be read: there is no such file.";
  }

  private static @Nullable String decode(Path file, byte[] bytes, Problems problems) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
    String text = out.flip().toString();
    if (result.isError()) {
      byte wrong = bytes[in.position()];
      addAtEnd(file, text, problems, "is not UTF-8: byte 0x%02X.".formatted(wrong));
      return null;
    }
    int nul = text.indexOf('\0');
    if (nul >= 0) {
      addAtEnd(file, text.substring(0, nul), problems, "has a NUL character.");
      return null;
    }
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  private static void addAtEnd(Path file, String before, Problems problems, String message) {
    int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
    int column = before.length() - before.lastIndexOf('\n');
    problems.add(file, line, column, message);
  }

  /** Java's own messages often hold nothing but the path. */
  static String reason(IOException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (e instanceof FileSystemException f && f.getReason() != null) {
      return f.getReason();
    }
    return String.valueOf(e.getMessage());
  }
}
