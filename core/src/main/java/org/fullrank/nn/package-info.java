/**
 * Networks as immutable descriptions: what the layers are, not what their weights are.
 *
 * <p>A {@link org.fullrank.nn.Layer} knows its shapes, its {@link org.fullrank.nn.Slot}s (parameter
 * tensors) and how to linearize itself at given parameters and inputs. A {@link
 * org.fullrank.nn.Sequential} chains layers and is a layer again. A {@link org.fullrank.nn.Network}
 * is a validated composition with an input shape; it does not own its parameters. The parameter
 * vector {@code theta} is one array {@code [p]} in slot order, which layers read and never write.
 *
 * <p>An {@link org.fullrank.nn.Activation} gives the scalar function with two derivatives and the
 * constants that convergence theorems need; it says how accurate it is, which symmetry it has and
 * where it has kinks, and encloses itself over an interval, see {@link org.fullrank.nn.Jet}. {@link
 * org.fullrank.nn.Activations} lists those of the library; users write their own by implementing
 * the interface.
 *
 * <p>{@link org.fullrank.nn.Seed} is the only source of randomness: one stream per slot, keyed by
 * the slot's name, so adding a layer does not change the initial values of the others.
 *
 * <p>Start with {@link org.fullrank.nn.Network}; read {@link org.fullrank.nn.Layer} before you
 * write a layer of your own.
 */
@NullMarked
package org.fullrank.nn;

import org.jspecify.annotations.NullMarked;
