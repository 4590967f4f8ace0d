/**
 * From a surrogate network with fixed activation patterns to an ordinary ReLU network that agrees
 * with it on given inputs.
 *
 * <p>{@link org.fullrank.surrogate.ReluTransform} builds the network, {@link
 * org.fullrank.surrogate.EquivalentRelu} holds it, and {@link org.fullrank.surrogate.Agreement}
 * says how far both agree on inputs, those of the construction or others.
 */
@NullMarked
package org.fullrank.surrogate;

import org.jspecify.annotations.NullMarked;
