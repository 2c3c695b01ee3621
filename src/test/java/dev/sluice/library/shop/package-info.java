/** An application as a user of the library would write it. */
@NullMarked
package dev.sluice.library.shop;

import org.jspecify.annotations.NullMarked;
