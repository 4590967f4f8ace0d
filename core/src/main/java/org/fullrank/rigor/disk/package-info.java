/**
 * The eigenvalues of {@code org.fullrank.rigor.eigen} from a matrix that does not fit in memory.
 */
@NullMarked
package org.fullrank.rigor.disk;

import org.jspecify.annotations.NullMarked;
