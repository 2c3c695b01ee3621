/**
 * Sluice for an application's own code: the commands as methods of {@link
 * dev.sluice.library.Sluice}, and migrations that an application defines beside those of files.
 *
 * <p>May import everything but {@code cli}. It must decide nothing about rows: a method asks one of
 * the packages below. It must never take a connection from the application's pool, change a setting
 * of one, run inside a transaction of the application, or need Spring Boot.
 *
 * <p>What an application may rely on is public here, and the types that this package's methods take
 * and return.
 */
@NullMarked
package dev.sluice.library;

import org.jspecify.annotations.NullMarked;
