package dev.sluice.definition;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import org.jspecify.annotations.Nullable;

/**
 * The classes in jars inside a jar, by package. The class loader that found the jars registered the
 * URL handler that opens them; so this reads any form of nesting that the loader knows, with the
 * JDK's types alone. Indexed at the first question: a plain class path never asks.
 */
final class NestedJars {

  private static final String CLASS = ".class";

  private final List<URL> jars;
  private @Nullable Map<String, List<NestedClass>> classesByPackage;

  NestedJars(List<URL> jars) {
    this.jars = List.copyOf(jars);
  }

  /** Of the package itself, or also of those below it. */
  synchronized List<JavaFileObject> classes(String packageName, boolean below) {
    if (classesByPackage == null) {
      classesByPackage = index();
    }
    Collection<String> packages =
        below
            ? classesByPackage.keySet().stream()
                .filter(name -> name.equals(packageName) || name.startsWith(packageName + "."))
                .toList()
            : List.of(packageName);
    List<JavaFileObject> found = new ArrayList<>();
    for (String name : packages) {
      found.addAll(classesByPackage.getOrDefault(name, List.of()));
    }
    return found;
  }

  private Map<String, List<NestedClass>> index() {
    Map<String, List<NestedClass>> index = new HashMap<>();
    Set<String> seen = new HashSet<>();
    for (URL url : jars) {
      for (NestedClass found : classesOf(url)) {
        // The first jar wins, as in the class loader.
        if (seen.add(found.binaryName)) {
          index.computeIfAbsent(found.packageName(), any -> new ArrayList<>()).add(found);
        }
      }
    }
    return index;
  }

  private static List<NestedClass> classesOf(URL url) {
    try {
      if (!(url.openConnection() instanceof JarURLConnection connection)) {
        return List.of();
      }
      // The connection's cache shares the jar with the class loader, which closes it.
      JarFile jar = connection.getJarFile();
      return jar.stream()
          .filter(entry -> isClass(entry.getName()))
          .map(entry -> new NestedClass(jar, entry))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("class path entry " + url, e);
    }
  }

  private static boolean isClass(String entryName) {
    return entryName.endsWith(CLASS) && !entryName.startsWith("META-INF/");
  }

  /** A class file inside a nested jar. */
  static final class NestedClass extends SimpleJavaFileObject {

    private final JarFile jar;
    private final JarEntry entry;
    private final String binaryName;

    private NestedClass(JarFile jar, JarEntry entry) {
      super(uri(entry.getName()), Kind.CLASS);
      this.jar = jar;
      this.entry = entry;
      String name = entry.getName();
      this.binaryName = name.substring(0, name.length() - CLASS.length()).replace('/', '.');
    }

    /** Only a label: javac reads through {@link #openInputStream}. */
    private static URI uri(String entryName) {
      try {
        return new URI("nested", null, "/" + entryName, null);
      } catch (URISyntaxException e) {
        throw new IllegalStateException(entryName, e);
      }
    }

    String binaryName() {
      return binaryName;
    }

    private String packageName() {
      return binaryName.substring(0, Math.max(0, binaryName.lastIndexOf('.')));
    }

    @Override
    public InputStream openInputStream() throws IOException {
      return jar.getInputStream(entry);
    }
  }
}
