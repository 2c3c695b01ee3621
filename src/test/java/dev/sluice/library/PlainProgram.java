package dev.sluice.library;

import java.util.List;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * A program without Spring Boot, which {@link LibraryJarIT} starts with the library's jar alone.
 */
final class PlainProgram {

  private PlainProgram() {}

  /**
   * @param args URL, user, password
   */
  public static void main(String[] args) {
    try (Sluice sluice =
        Sluice.using(new DriverManagerDataSource(args[0], args[1], args[2]))
            .migrations(
                CodeMigrations.rows("0001_double", "Double a into b")
                    .table("t")
                    .where("b IS NULL")
                    .transform(
                        List.of("a"),
                        List.of("b"),
                        "1",
                        row -> {
                          Integer a = (Integer) row.get("a");
                          row.set("b", a == null ? 0 : 2 * a);
                        })
                    .undoByJournal()
                    .build())) {
      System.out.println(sluice.run("0001_double").message());
    }
  }
}
