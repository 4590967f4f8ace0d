/**
 * Kernels of infinitely wide networks, from the data alone.
 *
 * <p>{@link org.fullrank.kernel.WideReluKernel} encloses the smallest eigenvalue of the kernels of
 * infinitely wide ReLU networks. Its results, {@link org.fullrank.kernel.WideKernelBound}, never
 * speak about a finite network.
 */
@NullMarked
package org.fullrank.kernel;

import org.jspecify.annotations.NullMarked;
