/**
 * The one gateway to ND4J's static methods, and the two operator interfaces of the library.
 *
 * <p>{@link org.fullrank.linalg.Tensors} creates and copies arrays, {@link
 * org.fullrank.linalg.TensorViews} takes views of them, {@link org.fullrank.linalg.TensorChecks}
 * validates them, and {@link org.fullrank.linalg.Products} multiplies them. They fix the layout
 * once: row-major ({@code 'c'}) order, an explicit data type, no hidden allocation. Views and
 * Fortran-order arrays are accepted everywhere and copied where the native kernels could not read
 * them. {@link org.fullrank.linalg.Arena} closes the off-heap temporaries of a computation, because
 * leaving them to the garbage collector costs gigabytes.
 *
 * <p>{@link org.fullrank.linalg.LinearOperator} is a matrix that need not be stored; its block form
 * (a matrix of columns) is the primitive. {@link org.fullrank.linalg.SymmetricOperator} equals its
 * transpose and is the only thing that eigen-solvers accept.
 *
 * <p>Nothing here is evidence. A native product, factor or eigenvector is a candidate; what turns
 * it into a proof lives in the packages of {@code org.fullrank.rigor}, in plain Java.
 *
 * <p>Start with {@link org.fullrank.linalg.Tensors}, and with {@link org.fullrank.linalg.Backend}
 * when something is slow or does not start.
 */
@NullMarked
package org.fullrank.linalg;

import org.jspecify.annotations.NullMarked;
