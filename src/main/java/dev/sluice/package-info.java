/** The entry point. Nothing lives here but {@code main}. */
@NullMarked
package dev.sluice;

import org.jspecify.annotations.NullMarked;
