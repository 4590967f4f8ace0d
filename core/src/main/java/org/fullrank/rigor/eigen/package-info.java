/**
 * Enclosures of eigenvalues and of the largest singular value of a {@link
 * org.fullrank.rigor.eigen.SymmetricMatrix} in memory.
 */
@NullMarked
package org.fullrank.rigor.eigen;

import org.jspecify.annotations.NullMarked;
