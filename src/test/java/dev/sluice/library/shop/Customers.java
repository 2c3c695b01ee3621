package dev.sluice.library.shop;

import dev.sluice.job.RunResult;
import dev.sluice.library.Sluice;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What the application does with its customers. */
@Service
public class Customers {

  private final JdbcTemplate jdbc;
  private final Sluice sluice;

  public Customers(JdbcTemplate jdbc, Sluice sluice) {
    this.jdbc = jdbc;
    this.sluice = sluice;
  }

  @Transactional
  public void rename(int id, String name) {
    jdbc.update("UPDATE customers SET name = ? WHERE id = ?", name, id);
  }

  /** What must be refused: the run would wait for the row, and the row for the run. */
  @Transactional
  public RunResult renameAndMigrate(int id, String name) {
    rename(id, name);
    return sluice.run("0001_fill_status");
  }
}
