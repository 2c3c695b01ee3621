package dev.sluice.definition;

import java.io.File;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a transform's compiler finds the classes that the transform's class loader would find.
 *
 * @param files jars and directories, which javac reads by itself
 * @param nested jars inside a jar, as in an executable one, which it cannot read
 */
record CompileClassPath(List<Path> files, List<URL> nested) {

  CompileClassPath {
    files = List.copyOf(files);
    nested = List.copyOf(nested);
  }

  /** Of {@code loader} and its parents, and of the Java command line. */
  static CompileClassPath of(ClassLoader loader) {
    Set<Path> files = new LinkedHashSet<>();
    List<URL> nested = new ArrayList<>();
    for (@Nullable ClassLoader at = loader; at != null; at = at.getParent()) {
      if (at instanceof URLClassLoader urls) {
        for (URL url : urls.getURLs()) {
          if (url.getProtocol().equals("file")) {
            addIfThere(files, pathOf(url));
          } else {
            nested.add(url);
          }
        }
      }
    }
    String commandLine = System.getProperty("java.class.path", "");
    for (String entry : commandLine.split(Pattern.quote(File.pathSeparator))) {
      if (!entry.isBlank()) {
        addIfThere(files, Path.of(entry));
      }
    }
    return new CompileClassPath(List.copyOf(files), nested);
  }

  private static void addIfThere(Set<Path> files, Path file) {
    if (Files.exists(file)) {
      files.add(file);
    }
  }

  private static Path pathOf(URL url) {
    try {
      return Path.of(new URI(url.toString()));
    } catch (URISyntaxException e) {
      return Path.of(url.getPath());
    }
  }
}
