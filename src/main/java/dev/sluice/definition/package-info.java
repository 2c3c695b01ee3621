/**
 * Files to {@link dev.sluice.migration.Migration}: reads the folders of the jobs directory, and the
 * flat files of other tools that lie beside them, checks them without a database, and names every
 * problem at once with file, line and column. Also brings a user's Java transform to life.
 *
 * <p>May import {@code dev.sluice.migration}, SnakeYAML and the JDK with its compiler. It must
 * never import Spring or JDBC, connect to a database, repair a wrong value, or pass over a key that
 * it does not act on: what is not built yet is refused.
 *
 * <p>{@link dev.sluice.definition.DefinitionKeys} is the one list of keys. {@code jobs/schema.json}
 * repeats it for editors; a test holds them equal.
 */
@NullMarked
package dev.sluice.definition;

import org.jspecify.annotations.NullMarked;
