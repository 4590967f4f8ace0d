/**
 * Blocked kernels in plain Java with the error terms of their summation order: products, Cholesky
 * factors, norms, compensated sums.
 */
@NullMarked
package org.fullrank.rigor.kernel;

import org.jspecify.annotations.NullMarked;
