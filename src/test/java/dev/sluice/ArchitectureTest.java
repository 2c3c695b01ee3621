package dev.sluice;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The package table and the style rules that class files show. */
class ArchitectureTest {
  private static final String BASE = "dev.sluice";

  /**
   * A package below {@link #BASE}, with what lives in it and below it.
   *
   * @param mayImport the other packages that it may use; never one above it in the table
   */
  private record Module(String name, List<String> mayImport) {
    String pattern() {
      return BASE + "." + name + "..";
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** The highest first: imports only go down. */
  private static final List<Module> TABLE =
      List.of(
          module(
              "cli",
              "versions",
              "job",
              "monitoring",
              "backfill",
              "schema",
              "validation",
              "throttle",
              "control",
              "sync",
              "postgres",
              "definition",
              "migration"),
          module(
              "library",
              "versions",
              "job",
              "monitoring",
              "backfill",
              "schema",
              "validation",
              "throttle",
              "control",
              "sync",
              "postgres",
              "definition",
              "migration"),
          module("versions", "job", "schema", "control", "sync", "postgres", "migration"),
          module(
              "job",
              "monitoring",
              "backfill",
              "schema",
              "validation",
              "throttle",
              "control",
              "sync",
              "postgres",
              "definition",
              "migration"),
          module("monitoring", "control", "sync", "postgres", "migration"),
          module("backfill", "throttle", "control", "sync", "postgres", "migration"),
          module("schema", "sync", "postgres", "migration"),
          module("validation", "control", "sync", "postgres", "migration"),
          module("throttle", "postgres", "migration"),
          module("control", "sync", "postgres", "migration"),
          module("sync", "postgres", "migration"),
          module("postgres", "migration"),
          module("definition", "migration"),
          module("migration"));

  /** Classes that tell the time or wait, so that all others get both injected. */
  private static final Set<String> CLOCKS_AND_WAITERS = Set.of();

  private static final JavaClasses MAIN =
      new ClassFileImporter().withImportOption(new DoNotIncludeTests()).importPackages(BASE);

  private static Module module(String name, String... mayImport) {
    return new Module(name, List.of(mayImport));
  }

  static List<Module> table() {
    return TABLE;
  }

  @ParameterizedTest
  @MethodSource("table")
  void importsWhatTheTableAllows(Module module) {
    String[] forbidden =
        TABLE.stream()
            .filter(other -> !other.equals(module) && !module.mayImport().contains(other.name()))
            .map(Module::pattern)
            .toArray(String[]::new);

    noClasses()
        .that()
        .resideInAPackage(module.pattern())
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(withEntryPoint(forbidden))
        .because("%s may import %s".formatted(module, module.mayImport()))
        .allowEmptyShould(true)
        .check(MAIN);
  }

  private static String[] withEntryPoint(String[] patterns) {
    return Stream.concat(Stream.of(BASE), Arrays.stream(patterns)).toArray(String[]::new);
  }

  @Test
  void everyClassLivesInAPackageOfTheTable() {
    classes()
        .that()
        .doNotHaveFullyQualifiedName(SluiceApplication.class.getName())
        .and()
        .doNotHaveSimpleName("package-info")
        .should()
        .resideInAnyPackage(TABLE.stream().map(Module::pattern).toArray(String[]::new))
        .check(MAIN);
  }

  @Test
  void theTableOnlyPointsDown() {
    for (int row = 0; row < TABLE.size(); row++) {
      assertThat(TABLE.subList(row + 1, TABLE.size()))
          .as(TABLE.get(row).name())
          .extracting(Module::name)
          .containsAll(TABLE.get(row).mayImport());
    }
  }

  @Test
  void noPackagesImportEachOther() {
    slices().matching(BASE + ".(**)").should().beFreeOfCycles().check(MAIN);
  }

  @Test
  void theDomainKnowsNeitherSpringNorJdbc() {
    noClasses()
        .that()
        .resideInAnyPackage(BASE + ".migration..", BASE + ".definition..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.springframework..", "java.sql..", "javax.sql..", "org.postgresql..")
        .check(MAIN);
  }

  @Test
  void onlyPostgresKnowsTheDriver() {
    noClasses()
        .that()
        .resideOutsideOfPackage(BASE + ".postgres..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.postgresql..")
        .check(MAIN);
  }

  @Test
  void onlyJobAndBackfillKnowSpringBatch() {
    noClasses()
        .that()
        .resideOutsideOfPackages(BASE + ".job..", BASE + ".backfill..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.springframework.batch..")
        .check(MAIN);
  }

  /** An application that uses the library gets none of our configuration. */
  @Test
  void onlyTheCommandLineKnowsSpringBoot() {
    noClasses()
        .that()
        .resideOutsideOfPackage(BASE + ".cli..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.springframework.boot..")
        .check(MAIN);
  }

  @Test
  void timeAndWaitingAreInjected() {
    noClasses()
        .that(are("are neither clock nor waiter", type -> !isClockOrWaiter(type)))
        .should()
        .accessTargetWhere(does("read the system's clock or sleep", ArchitectureTest::isClock))
        .check(MAIN);
  }

  private static boolean isClockOrWaiter(JavaClass type) {
    return CLOCKS_AND_WAITERS.contains(type.getFullName());
  }

  private static boolean isClock(JavaAccess<?> access) {
    AccessTarget target = access.getTarget();
    boolean sleeps = target.getOwner().isEquivalentTo(Thread.class);
    boolean tells = target.getOwner().getPackageName().equals("java.time");
    return switch (target.getName()) {
      case "sleep" -> sleeps;
      case "currentTimeMillis" -> target.getOwner().isEquivalentTo(System.class);
      case "now" -> tells && !takesAClock(target);
      default -> false;
    };
  }

  private static boolean takesAClock(AccessTarget target) {
    return target instanceof AccessTarget.CodeUnitAccessTarget method
        && method.getRawParameterTypes().stream()
            .anyMatch(type -> type.isEquivalentTo(Clock.class));
  }

  @Test
  void clocksAndWaitersExist() {
    assertThat(CLOCKS_AND_WAITERS).allMatch(MAIN::contain);
  }

  @Test
  void namesSayWhatAClassIs() {
    noClasses()
        .should()
        .haveNameMatching(".*(Util|Utils|Helper|Helpers|Impl)")
        .orShould()
        .resideInAnyPackage("..util..", "..common..", "..helper..", "..model..", "..impl..")
        .check(MAIN);
  }

  @Test
  void everyPackageIsNullMarked() {
    Set<String> packages = Set.copyOf(MAIN.stream().map(JavaClass::getPackageName).toList());

    assertThat(packages)
        .isNotEmpty()
        .allSatisfy(
            name -> {
              JavaPackage found = MAIN.getPackage(name);
              assertThat(found.tryGetPackageInfo()).as("package-info.java").isPresent();
              assertThat(found.isAnnotatedWith(NullMarked.class)).as("@NullMarked").isTrue();
            });
  }

  private static DescribedPredicate<JavaClass> are(String words, Predicate<JavaClass> test) {
    return describe(words, test);
  }

  private static DescribedPredicate<JavaAccess<?>> does(
      String words, Predicate<JavaAccess<?>> test) {
    return describe(words, test);
  }
}
