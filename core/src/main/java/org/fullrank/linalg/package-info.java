/** Placeholder. */
@NullMarked
package org.fullrank.linalg;

import org.jspecify.annotations.NullMarked;
