/** Placeholder. */
@NullMarked
package org.fullrank.io;

import org.jspecify.annotations.NullMarked;
