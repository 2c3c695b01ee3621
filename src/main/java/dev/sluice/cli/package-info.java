/**
 * The command line: one class a command, exit codes, the progress display.
 *
 * <p>May import everything. It must decide nothing about rows: a command reads its options, asks
 * one of the packages below, and prints the answer. Standard output carries the result only; logs
 * and progress go to standard error. Commands that need no database start none of Spring.
 */
@NullMarked
package dev.sluice.cli;

import org.jspecify.annotations.NullMarked;
