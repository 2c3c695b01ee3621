package dev.sluice.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.migration.Change;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Row;
import dev.sluice.migration.RowTransformer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TransformLoaderTest {

  /** On the class path; the classes below are what can be wrong with one. */
  public static final class Upper implements RowTransformer {
    @Override
    public void transform(Row row) {
      row.set("b", "class path");
    }
  }

  /** Only the package can create it. */
  static final class Hidden implements RowTransformer {
    @Override
    public void transform(Row row) {}
  }

  public abstract static class Abstract implements RowTransformer {}

  public static final class NoTransform {}

  public static final class Throwing implements RowTransformer {
    public Throwing() {
      throw new IllegalStateException("no licence");
    }

    @Override
    public void transform(Row row) {}
  }

  public static final class ThrowingEarly implements RowTransformer {
    static final int NUMBER = Integer.parseInt("x");

    @Override
    public void transform(Row row) {}
  }

  @TempDir private Path temporary;
  private JobsFolder jobs;
  private Path plugins;

  @BeforeEach
  void createJobs() {
    jobs = new JobsFolder(temporary);
    plugins = temporary.resolve("plugins");
  }

  private static String source(String type, String value) {
    return """
        import dev.sluice.migration.Row;
        import dev.sluice.migration.RowTransformer;

        public class %s implements RowTransformer {
          @Override
          public void transform(Row row) {
            row.set("b", %s);
          }
        }
        """
        .formatted(type, value);
  }

  private void define(String type) {
    jobs.definition(
        """
        description: a
        table: users
        where: b IS NULL
        transform: {class: "%s", read: [a], write: [b]}
        """
            .formatted(type));
  }

  private RowTransformer load() {
    return new TransformLoader(plugins).load(jobs.load());
  }

  private static Object resultOf(RowTransformer transform) throws Exception {
    Row row = Row.of(Map.of("a", "x"), "b");
    transform.transform(row);
    return row.results()[0];
  }

  private List<String> problems() {
    return jobs.problems(this::load).stream()
        .map(problem -> problem.replace(temporary.toString() + "/", ""))
        .toList();
  }

  /** Compiles into a directory of its own and packs that into {@code jar}. */
  private void plugin(String jar, String type, String source) throws IOException {
    Path work = Files.createDirectories(temporary.resolve("work-" + type));
    Path file = Files.writeString(work.resolve(type + ".java"), source);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    String[] arguments = {
      "-d", work.toString(), "-cp", System.getProperty("java.class.path"), file.toString()
    };
    assertThat(compiler.run(null, null, null, arguments)).isZero();
    pack(jar, type + ".class", Files.readAllBytes(work.resolve(type + ".class")));
  }

  private void pack(String jar, String entry, byte[] content) throws IOException {
    Files.createDirectories(plugins);
    try (OutputStream out = Files.newOutputStream(plugins.resolve(jar));
        JarOutputStream zip = new JarOutputStream(out)) {
      zip.putNextEntry(new JarEntry(entry));
      zip.write(content);
    }
  }

  @Test
  void compilesTheFileInTheFolder() throws Exception {
    define("Upper");
    jobs.write("0001_test/Upper.java", source("Upper", "row.getString(\"a\").toUpperCase()"));
    assertThat(resultOf(load())).isEqualTo("X");
  }

  @Test
  void compilesAgainstTheLibrariesOnTheClassPath() throws Exception {
    define("Phone");
    String call =
        "com.google.i18n.phonenumbers.PhoneNumberUtil.getInstance().getCountryCodeForRegion(\"DE\")";
    jobs.write("0001_test/Phone.java", source("Phone", call));
    assertThat(resultOf(load())).isEqualTo(49);
  }

  @Test
  void compilesAllFilesOfTheFolderTogether() throws Exception {
    define("A");
    jobs.write("0001_test/A.java", source("A", "B.VALUE + new Inner().value"));
    jobs.write(
        "0001_test/B.java",
        "class B { static String VALUE = \"b\"; }\nclass Inner { String value = \"i\"; }\n");
    assertThat(resultOf(load())).isEqualTo("bi");
  }

  @Test
  void findsTheClassInWhateverPackageItsFileDeclares() throws Exception {
    jobs.write("0001_test/A.java", "package com.acme;\n" + source("A", "\"packaged\""));
    define("A");
    assertThat(resultOf(load())).isEqualTo("packaged");
    define("com.acme.A");
    assertThat(resultOf(load())).isEqualTo("packaged");
  }

  @Test
  void prefersTheFileToAClassOfTheSameName() throws Exception {
    plugin("a.jar", "A", source("A", "\"plugin\""));
    define("A");
    jobs.write("0001_test/A.java", source("A", "\"file\""));
    assertThat(resultOf(load())).isEqualTo("file");
  }

  @Test
  void keepsClassesOfTwoMigrationsApart() throws Exception {
    define("A");
    TransformLoader loader = new TransformLoader(plugins);
    jobs.write("0001_test/A.java", source("A", "1"));
    RowTransformer first = loader.load(jobs.load());
    jobs.write("0001_test/A.java", source("A", "2"));
    RowTransformer second = loader.load(jobs.load());
    assertThat(resultOf(first)).isEqualTo(1);
    assertThat(resultOf(second)).isEqualTo(2);
  }

  @Test
  void findsAClassOnTheClassPath() throws Exception {
    define(Upper.class.getName());
    assertThat(resultOf(load())).isEqualTo("class path");
  }

  @Test
  void findsAClassInAPluginJar() throws Exception {
    plugin("a b.jar", "Plugged", source("Plugged", "\"plugin\""));
    define("Plugged");
    assertThat(resultOf(load())).isEqualTo("plugin");
  }

  @Test
  void compilesAgainstPluginJars() throws Exception {
    plugin("a.jar", "Plugged", source("Plugged", "\"plugin\""));
    define("Local");
    jobs.write("0001_test/Local.java", source("Local", "new Plugged().getClass().getName()"));
    assertThat(resultOf(load())).isEqualTo("Plugged");
  }

  @Test
  void namesFileLineAndColumnOfEveryCompileError() {
    define("A");
    jobs.write("0001_test/A.java", source("A", "row.missing()"));
    jobs.write("0001_test/B.java", "class B {\n  int x = \"text\";\n}\n");
    assertThat(problems())
        .containsExactly(
            "jobs/0001_test/A.java:7:21: cannot find symbol; symbol: method missing(); location: variable row of type dev.sluice.migration.Row.",
            "jobs/0001_test/B.java:2:11: incompatible types: java.lang.String cannot be converted to"
                + " int.");
  }

  @Test
  void namesTheCompileErrorOfASyntaxFault() {
    define("A");
    jobs.write("0001_test/A.java", "class A {\n");
    assertThat(problems())
        .containsExactly("jobs/0001_test/A.java:1:10: reached end of file while parsing.");
  }

  @Test
  void saysWhatAFileDeclaresInstead() {
    define("A");
    jobs.write("0001_test/A.java", "class Other {}\nclass Third {}\n");
    assertThat(problems())
        .containsExactly(
            "jobs/0001_test/A.java: transform class A is not found; the file declares [Other,"
                + " Third].");
  }

  @Test
  void asksForAJdkWhereThereIsNoCompiler() {
    define("A");
    jobs.write("0001_test/A.java", source("A", "1"));
    assertThat(
            jobs.problems(
                () -> new TransformLoader(Path.of("plugins"), () -> null).load(jobs.load())))
        .containsExactly(
            "jobs/0001_test/A.java: needs a compiler, and this Java runtime has none. Run Sluice"
                + " with a JDK, or put the compiled class into a jar in plugins.");
  }

  @Test
  void saysWhereItSearched() {
    define("com.acme.Nothing");
    assertThat(problems())
        .containsExactly(
            "jobs/0001_test/migration.yaml: transform class com.acme.Nothing is not found; searched:"
                + " jobs/0001_test/Nothing.java, the class path, the jars in plugins.");
  }

  @Test
  void refusesAClassThatCannotBeCreated() {
    assertThat(problemOf(Hidden.class))
        .isEqualTo("has no public constructor without parameters. The class must be public too.");
    assertThat(problemOf(Abstract.class))
        .isEqualTo("is abstract; a class that can be created is wanted.");
    assertThat(problemOf(NoTransform.class))
        .isEqualTo("does not implement dev.sluice.migration.RowTransformer.");
    assertThat(problemOf(Throwing.class))
        .isEqualTo("throws in its constructor: java.lang.IllegalStateException: no licence.");
    assertThat(problemOf(ThrowingEarly.class))
        .isEqualTo(
            "throws while it is initialised: java.lang.NumberFormatException: For input string:"
                + " \"x\".");
  }

  private String problemOf(Class<?> type) {
    define(type.getName());
    return problems()
        .get(0)
        .replace("jobs/0001_test/migration.yaml: transform class " + type.getName() + " ", "");
  }

  @Test
  void refusesAClassThatIsNotPublic() {
    define("A");
    jobs.write(
        "0001_test/A.java",
        "class A implements dev.sluice.migration.RowTransformer { public A() {} public void"
            + " transform(dev.sluice.migration.Row row) {} }\n");
    assertThat(problems())
        .containsExactly("jobs/0001_test/A.java: transform class A is not public.");
  }

  @Test
  void refusesAClassThatNeedsAnotherThatIsNotThere() throws IOException {
    define("Needy");
    jobs.write("0001_test/Gone.java", "public class Gone {}\n");
    jobs.write(
        "0001_test/Needy.java",
        source("Needy", "1").replace("implements", "extends Gone implements"));
    pack("needy.jar", "Needy.class", compiled("Needy"));
    Files.delete(jobs.path("0001_test/Needy.java"));
    assertThat(problems())
        .containsExactly(
            "jobs/0001_test/migration.yaml: transform class Needy cannot be loaded:"
                + " java.lang.NoClassDefFoundError: Gone.");
  }

  @Test
  void refusesAClassCompiledForANewerJava() throws IOException {
    define("Newer");
    jobs.write("0001_test/Newer.java", source("Newer", "1"));
    byte[] bytes = compiled("Newer");
    // Bytes 6 and 7 are the class file's major version; no Java has number 999 - 44.
    bytes[6] = (byte) (999 >> 8);
    bytes[7] = (byte) 999;
    pack("newer.jar", "Newer.class", bytes);
    Files.delete(jobs.path("0001_test/Newer.java"));
    int feature = Runtime.version().feature();
    assertThat(problems())
        .containsExactly(
            "jobs/0001_test/migration.yaml: transform class Newer is compiled for a newer Java than"
                + " this one, %d. Compile it with --release %d.".formatted(feature, feature));
  }

  private byte[] compiled(String type) {
    Problems problems = new Problems();
    DataMigration migration = jobs.load();
    Map<Path, String> sources =
        JavaSources.of(migration.folder(), (Change.Transform) migration.change(), problems);
    CompileClassPath classPath = CompileClassPath.of(getClass().getClassLoader());
    Map<String, byte[]> classes =
        new TransformCompiler(ToolProvider.getSystemJavaCompiler(), classPath)
            .compile(sources, problems);
    assertThat(problems.all()).isEmpty();
    return Objects.requireNonNull(classes.get(type));
  }

  @Test
  void compilesAgainstJarsThatOnlyTheirClassLoaderCanRead() throws Exception {
    plugin("a.jar", "Plugged", source("Plugged", "\"plugin\""));
    URL nested = new URL("jar:" + plugins.resolve("a.jar").toUri() + "!/");
    Path file = Path.of("Local.java");
    String source = "class Local { Object value = new Plugged(); }\n";
    Problems problems = new Problems();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {nested}, getClass().getClassLoader())) {
      CompileClassPath classPath = CompileClassPath.of(loader);
      assertThat(classPath.nested()).extracting(URL::toString).containsExactly(nested.toString());
      Map<String, byte[]> classes =
          new TransformCompiler(ToolProvider.getSystemJavaCompiler(), classPath)
              .compile(Map.of(file, source), problems);
      assertThat(problems.all()).isEmpty();
      assertThat(classes).containsOnlyKeys("Local");
    }
  }

  @Test
  void refusesAMigrationWithoutATransform() {
    jobs.definition(JobsFolder.GOOD);
    assertThatThrownBy(this::load)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("0001_test has no transform");
  }
}
