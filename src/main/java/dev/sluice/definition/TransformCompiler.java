package dev.sluice.definition;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;

/** Compiles a folder's Java files in memory, against the classes that Sluice itself runs with. */
final class TransformCompiler {

  /** No annotation processor: one that lies on the class path would run unasked. */
  private static final List<String> OPTIONS =
      List.of("-proc:none", "-nowarn", "-g", "-parameters", "-implicit:none");

  private static final Pattern LINE_BREAKS = Pattern.compile("\\s*\\R\\s*");

  private static final Pattern SPACES = Pattern.compile(" {2,}");

  private final JavaCompiler compiler;
  private final CompileClassPath classPath;
  private final NestedJars nested;

  TransformCompiler(JavaCompiler compiler, CompileClassPath classPath) {
    this.compiler = compiler;
    this.classPath = classPath;
    this.nested = new NestedJars(classPath.nested());
  }

  /**
   * Binary name to class file; after errors empty or incomplete.
   *
   * @param sources file to text
   * @param problems gets an error's file, line and column
   */
  Map<String, byte[]> compile(Map<Path, String> sources, Problems problems) {
    DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
    List<TransformFiles.Source> units =
        sources.entrySet().stream()
            .map(source -> new TransformFiles.Source(source.getKey(), source.getValue()))
            .toList();
    try (TransformFiles files =
        new TransformFiles(
            compiler.getStandardFileManager(diagnostics, Locale.ROOT, StandardCharsets.UTF_8),
            classPath.files(),
            nested)) {
      compiler.getTask(Writer.nullWriter(), files, diagnostics, OPTIONS, null, units).call();
      Path folder = sources.keySet().iterator().next().resolveSibling("");
      diagnostics.getDiagnostics().forEach(found -> add(found, folder, problems));
      return files.compiled();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void add(
      Diagnostic<? extends JavaFileObject> found, Path folder, Problems problems) {
    if (found.getKind() != Diagnostic.Kind.ERROR) {
      return;
    }
    String lines = found.getMessage(Locale.ROOT).strip();
    String message =
        SPACES.matcher(LINE_BREAKS.matcher(lines).replaceAll("; ")).replaceAll(" ") + ".";
    if (found.getSource() instanceof TransformFiles.Source source) {
      int line = (int) Math.max(0, found.getLineNumber());
      int column = (int) Math.max(0, found.getColumnNumber());
      problems.add(source.file(), line, column, message);
    } else {
      problems.add(folder, message);
    }
  }
}
