package dev.sluice.definition;

import dev.sluice.migration.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The {@code .java} files of a migration's folder, which are compiled together. */
final class JavaSources {

  private JavaSources() {}

  /** The file in which the transform's class would be: {@code com.acme.A} in {@code A.java}. */
  static String fileName(String className) {
    return className.substring(className.lastIndexOf('.') + 1) + ".java";
  }

  /**
   * File to text, in the order of names; empty if the transform's own file is not there, because
   * then its class is looked for elsewhere.
   */
  static Map<Path, String> of(Path folder, Change.Transform transform, Problems problems) {
    Map<Path, String> sources = new TreeMap<>();
    if (!Files.exists(folder.resolve(fileName(transform.className())))) {
      return sources;
    }
    for (Path file : list(folder, problems)) {
      String text = TextFile.read(file, problems);
      if (text != null) {
        sources.put(file, text);
      }
    }
    return sources;
  }

  private static List<Path> list(Path folder, Problems problems) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().endsWith(".java")).toList();
    } catch (IOException e) {
      problems.add(folder, "cannot be read: " + TextFile.reason(e) + ".");
      return List.of();
    }
  }
}
