/**
 * The empirical neural tangent kernel of a finite network at given parameters.
 *
 * <p>{@link org.fullrank.ntk.EmpiricalNtk} computes {@code K = J J^T} for the Jacobian {@code J} of
 * the outputs with respect to all parameters, in one of three ways that share no product: layer by
 * layer from the Kronecker factors of the gradients (never forming {@code J}), from the stored
 * Jacobian, or by applying {@code J} and its transpose to unit vectors. They must agree; a test
 * holds them to it.
 *
 * <p>{@link org.fullrank.ntk.GramMatrix} is the stored result: symmetric of size {@code n k}, with
 * the row order {@code i * k + c}; {@link org.fullrank.ntk.GramMatrix#distanceToExactNetwork}
 * encloses how far it is from the Gram of the network in exact arithmetic. {@link
 * org.fullrank.ntk.NtkOperator} is the same kernel without storage, for iterative methods.
 *
 * <p>{@link org.fullrank.ntk.SchurSandwich} encloses the smallest eigenvalue layer by layer,
 * without forming the kernel. {@link org.fullrank.ntk.KernelStatistics} compares kernels with each
 * other and with targets. {@link org.fullrank.kernel.WideReluKernel} bounds the kernels of
 * infinitely wide networks from the data alone; its results, {@link
 * org.fullrank.kernel.WideKernelBound}, never speak about a finite network.
 *
 * <p>No factor {@code 1/n} or {@code 1/k} is applied anywhere; the parametrisation (NTK or
 * standard) is that of the layers.
 */
@NullMarked
package org.fullrank.ntk;

import org.jspecify.annotations.NullMarked;
