/**
 * Matrices that are known up to errors, what maps do to them, and the Gram matrix of the result.
 */
@NullMarked
package org.fullrank.rigor.matrix;

import org.jspecify.annotations.NullMarked;
