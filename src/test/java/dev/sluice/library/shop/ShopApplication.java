package dev.sluice.library.shop;

import dev.sluice.job.LoadedMigration;
import dev.sluice.library.CodeMigrations;
import dev.sluice.library.Sluice;
import java.nio.file.Path;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** An ordinary Spring Boot application with a database, and with Sluice as a bean. */
@SpringBootApplication
public class ShopApplication {

  /** Spring closes it before the data source, and with that stops what still runs. */
  @Bean
  Sluice sluice(
      DataSource dataSource,
      @Value("${shop.jobs}") Path jobs,
      List<LoadedMigration> migrationsInCode) {
    return Sluice.using(dataSource).jobs(jobs).migrations(migrationsInCode);
  }

  @Bean
  LoadedMigration normalisePhones() {
    return CodeMigrations.rows("0002_normalise_phone", "Write phone numbers without separators")
        .table("customers")
        .where("phone_digits IS NULL AND phone IS NOT NULL")
        .transform(
            List.of("phone"),
            List.of("phone_digits"),
            "1",
            row -> {
              String phone = row.getString("phone");
              row.set("phone_digits", phone == null ? null : phone.replaceAll("[^0-9]", ""));
            })
        .expand(
            "ALTER TABLE customers ADD COLUMN phone_digits text;",
            "ALTER TABLE customers DROP COLUMN phone_digits;")
        .undoByJournal()
        .checkAfter(
            "digits only", "SELECT count(*) = 0 FROM customers WHERE phone_digits ~ '[^0-9]'")
        .dependsOn("0001_fill_status")
        .build();
  }

  @Bean
  LoadedMigration seedPlans() {
    return CodeMigrations.transaction("0003_seed_plans", "Make the table of plans")
        .version("1")
        .up(
            jdbc -> {
              jdbc.execute("CREATE TABLE plans (name text PRIMARY KEY)");
              List.of("free", "team", "company")
                  .forEach(name -> jdbc.update("INSERT INTO plans VALUES (?)", name));
            })
        .down(jdbc -> jdbc.execute("DROP TABLE plans"))
        .validate(
            jdbc ->
                Integer.valueOf(3)
                    .equals(jdbc.queryForObject("SELECT count(*) FROM plans", Integer.class)))
        .build();
  }
}
