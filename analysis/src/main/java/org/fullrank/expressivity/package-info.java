/**
 * The expressivity condition of Kawaguchi and Sun (2021, Assumption 1): the matrix {@code M =
 * [h(X), 1]} of last-layer features with a column of ones has full row rank {@code n}.
 *
 * <p>If it holds, training the last layer alone reaches the global minimum over all layers, for
 * every convex loss. {@link org.fullrank.expressivity.ExpressivityCondition} checks it at given
 * parameters and returns an {@link org.fullrank.expressivity.ExpressivityReport}: the verdict, the
 * certified margin {@code sigma_min(M)}, the rank that NumPy would report, and, when it does not
 * hold, {@link org.fullrank.expressivity.Cause}s with witnesses.
 *
 * <p>Three kinds of statement are kept apart. A certificate ({@code HOLDS}, verified) speaks about
 * the stored features, and about the network in exact arithmetic where the margin exceeds their
 * proved error. A structural cause ({@code FAILS}, verified) is algebra: equal inputs, fewer
 * features than samples, polynomial features of low degree; it takes from the layers and
 * activations whether they couple samples and which degree they have, and presumes that they say
 * the truth. A numerical rank is a heuristic in both directions and decides nothing.
 *
 * <p>Start with {@link org.fullrank.expressivity.ExpressivityCondition}.
 */
@NullMarked
package org.fullrank.expressivity;

import org.jspecify.annotations.NullMarked;
