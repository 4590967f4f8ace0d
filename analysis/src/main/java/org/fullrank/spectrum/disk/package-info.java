/**
 * Symmetric matrices in {@code .npy} files that need not fit into memory.
 *
 * <p>{@link org.fullrank.spectrum.disk.FileCholeskyBound} encloses the smallest eigenvalue of such
 * a matrix, {@link org.fullrank.spectrum.disk.FileOperator} multiplies with it, for estimates.
 */
@NullMarked
package org.fullrank.spectrum.disk;

import org.jspecify.annotations.NullMarked;
