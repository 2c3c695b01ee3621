package dev.sluice.definition;

import dev.sluice.migration.Change;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.RowTransformer;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * Brings a migration's Java transform to life: from a {@code .java} file in its folder, which is
 * compiled here, or else from the class path or a jar in the plugins directory. Safe for concurrent
 * use. What it loads stays loaded until the program ends.
 */
public final class TransformLoader {

  private final Path pluginsDir;
  private final Supplier<@Nullable JavaCompiler> compilers;
  private @Nullable ClassLoader pluginLoader;
  private @Nullable TransformCompiler compiler;

  /**
   * @param pluginsDir every {@code .jar} in it is on the transforms' class path; it may be missing
   */
  public TransformLoader(Path pluginsDir) {
    this(pluginsDir, ToolProvider::getSystemJavaCompiler);
  }

  TransformLoader(Path pluginsDir, Supplier<@Nullable JavaCompiler> compilers) {
    this.pluginsDir = pluginsDir;
    this.compilers = compilers;
  }

  /**
   * A new instance of the migration's transform.
   *
   * @throws DefinitionException if there is none, or it does not compile or start
   * @throws IllegalArgumentException if the migration's change is no transform
   */
  public synchronized RowTransformer load(DataMigration migration) {
    if (!(migration.change() instanceof Change.Transform transform)) {
      throw new IllegalArgumentException(migration.id() + " has no transform");
    }
    Problems problems = new Problems();
    Path folder = migration.folder();
    Map<Path, String> sources = JavaSources.of(folder, transform, problems);
    problems.throwIfAny();
    ClassLoader parent = pluginLoader();
    if (sources.isEmpty()) {
      Path definition = folder.resolve(MigrationFolder.DEFINITION_FILE);
      return new TransformClass(definition, transform.className(), searched(folder, transform))
          .newInstance(parent);
    }
    Path file = folder.resolve(JavaSources.fileName(transform.className()));
    Map<String, byte[]> classes = compiler(file).compile(sources, problems);
    problems.throwIfAny();
    CompiledClasses loader = new CompiledClasses(parent, classes);
    return new TransformClass(
            file, loader.nameOf(transform.className()), "the file declares " + loader.names())
        .newInstance(loader);
  }

  private String searched(Path folder, Change.Transform transform) {
    return "searched: %s, the class path, the jars in %s"
        .formatted(folder.resolve(JavaSources.fileName(transform.className())), pluginsDir);
  }

  private TransformCompiler compiler(Path file) {
    if (compiler == null) {
      JavaCompiler found = compilers.get();
      if (found == null) {
        throw new DefinitionException(
            List.of(
                Problem.ofFile(
                    file,
                    "needs a compiler, and this Java runtime has none. Run Sluice with a JDK, or put"
                        + " the compiled class into a jar in %s.".formatted(pluginsDir))));
      }
      compiler = new TransformCompiler(found, CompileClassPath.of(pluginLoader()));
    }
    return compiler;
  }

  private ClassLoader pluginLoader() {
    if (pluginLoader == null) {
      URL[] jars = pluginJars().toArray(URL[]::new);
      pluginLoader = new URLClassLoader("plugins", jars, TransformLoader.class.getClassLoader());
    }
    return pluginLoader;
  }

  private List<URL> pluginJars() {
    List<URL> jars = new ArrayList<>();
    if (!Files.isDirectory(pluginsDir)) {
      return jars;
    }
    try (Stream<Path> files = Files.list(pluginsDir)) {
      for (Path file : files.filter(name -> name.toString().endsWith(".jar")).sorted().toList()) {
        jars.add(url(file));
      }
      return jars;
    } catch (IOException e) {
      String message = "cannot be read: " + TextFile.reason(e) + ".";
      throw new DefinitionException(List.of(Problem.ofFile(pluginsDir, message)));
    }
  }

  private static URL url(Path file) throws MalformedURLException {
    return file.toUri().toURL();
  }
}
