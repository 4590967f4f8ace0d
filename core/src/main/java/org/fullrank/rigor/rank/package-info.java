/**
 * Full rank, the smallest singular value, independent rows and the exact rank of a rectangular
 * matrix.
 */
@NullMarked
package org.fullrank.rigor.rank;

import org.jspecify.annotations.NullMarked;
