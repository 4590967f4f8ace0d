/**
 * How a long computation is ended before its time: interrupt the thread that called it, and it
 * throws a {@link org.fullrank.cancel.CancelledException} at its next {@link
 * org.fullrank.cancel.Cancellation#check}.
 */
@NullMarked
package org.fullrank.cancel;

import org.jspecify.annotations.NullMarked;
