/** Placeholder. */
@NullMarked
package org.fullrank.rigor;

import org.jspecify.annotations.NullMarked;
