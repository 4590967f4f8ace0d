/**
 * The Gram matrix layer by layer, never forming the Jacobian: passes through the network, factors
 * of the gradients, tiles of the kernel and the order in which they are computed.
 *
 * <p>This is the inside of {@link org.fullrank.ntk.EmpiricalNtk}; what is public here is so for
 * that package only.
 */
@NullMarked
package org.fullrank.ntk.layerwise;

import org.jspecify.annotations.NullMarked;
