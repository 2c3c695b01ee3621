package dev.sluice.definition;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;

/** What javac sees: the class path with nested jars too, and memory to write classes to. */
final class TransformFiles extends ForwardingJavaFileManager<StandardJavaFileManager> {

  private final NestedJars nested;
  private final Map<String, CompiledClass> compiled = new HashMap<>();

  TransformFiles(StandardJavaFileManager standard, List<Path> classPath, NestedJars nested)
      throws IOException {
    super(standard);
    this.nested = nested;
    standard.setLocationFromPaths(StandardLocation.CLASS_PATH, classPath);
    // Without a source path javac would also compile sources that it finds on the class path.
    standard.setLocationFromPaths(StandardLocation.SOURCE_PATH, List.of());
  }

  /** Binary name to class file. */
  Map<String, byte[]> compiled() {
    Map<String, byte[]> bytes = new HashMap<>();
    compiled.forEach((name, file) -> bytes.put(name, file.bytes.toByteArray()));
    return bytes;
  }

  @Override
  public Iterable<JavaFileObject> list(
      Location location, String packageName, Set<JavaFileObject.Kind> kinds, boolean recurse)
      throws IOException {
    Iterable<JavaFileObject> plain = super.list(location, packageName, kinds, recurse);
    if (location != StandardLocation.CLASS_PATH || !kinds.contains(JavaFileObject.Kind.CLASS)) {
      return plain;
    }
    List<JavaFileObject> all = new ArrayList<>(nested.classes(packageName, recurse));
    plain.forEach(all::add);
    return all;
  }

  @Override
  public String inferBinaryName(Location location, JavaFileObject file) {
    return file instanceof NestedJars.NestedClass nestedClass
        ? nestedClass.binaryName()
        : super.inferBinaryName(location, file);
  }

  @Override
  public boolean isSameFile(FileObject a, FileObject b) {
    return a.equals(b);
  }

  @Override
  public JavaFileObject getJavaFileForOutput(
      Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
    CompiledClass file = new CompiledClass(className);
    compiled.put(className, file);
    return file;
  }

  /** A user's source file, already read. */
  static final class Source extends SimpleJavaFileObject {

    private final Path file;
    private final String text;

    Source(Path file, String text) {
      super(file.toUri(), Kind.SOURCE);
      this.file = file;
      this.text = text;
    }

    Path file() {
      return file;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static final class CompiledClass extends SimpleJavaFileObject {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    CompiledClass(String className) {
      super(URI.create("memory:///" + className.hashCode()), Kind.CLASS);
    }

    @Override
    public OutputStream openOutputStream() {
      return bytes;
    }
  }
}
