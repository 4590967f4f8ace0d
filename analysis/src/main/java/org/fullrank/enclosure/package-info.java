/**
 * Networks in exact arithmetic, enclosed: values, cotangents, Jacobian factors and Gram matrix with
 * proved error bounds, so that statements about them are statements about the mathematical network.
 *
 * <p><b>The exact network</b> is the function of the stored parameters and the stored inputs, every
 * one of them an exact (single or double precision) number, evaluated in real arithmetic: the
 * scales of the layers are the doubles that {@link org.fullrank.nn.layer.Dense#weightScale()},
 * {@link org.fullrank.nn.layer.Dense#biasScale()} and {@link
 * org.fullrank.nn.layer.Residual#scale()} return, the matrices of fixed layers are the stored ones,
 * and the activations are the mathematical functions, with the derivative at a kink that the
 * activation documents. The gates of a {@link org.fullrank.nn.layer.SurrogateRelu} are those of its
 * stored frozen parameters in exact arithmetic. A square root that was rounded to make a scale is
 * part of the network, not an error of it.
 *
 * <p>On single-precision inputs the matrices of {@link org.fullrank.nn.layer.FixedLinear} and the
 * frozen parameters of {@link org.fullrank.nn.layer.SurrogateRelu} are rounded to single precision
 * first, as those layers do in a forward pass, and the rounded ones are exact. Scales are taken as
 * doubles all the same, although a forward pass in single precision rounds them too: an enclosure
 * is then about a network whose scales differ by one rounding from those of the run. Certificates
 * about training therefore ask for double precision.
 *
 * <p>{@link org.fullrank.enclosure.NetworkEnclosure} evaluates a network in plain Java, {@link
 * org.fullrank.enclosure.EnclosedNetwork} holds its values and {@link
 * org.fullrank.enclosure.EnclosedJacobian} its gradients. Nothing here trusts the native products:
 * tensors are only read. Every layer encloses itself ({@link org.fullrank.nn.Layer#enclose}); one
 * that does not, or that couples the samples, is an obstacle that is named.
 *
 * <p>Start with {@link org.fullrank.enclosure.NetworkEnclosure}.
 */
@NullMarked
package org.fullrank.enclosure;

import org.jspecify.annotations.NullMarked;
