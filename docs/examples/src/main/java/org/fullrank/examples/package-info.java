/** Runnable examples: {@code docs/examples/run NAME}. */
@NullMarked
package org.fullrank.examples;

import org.jspecify.annotations.NullMarked;
