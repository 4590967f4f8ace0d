/**
 * Estimates from random probes, with rigor {@code SAMPLED} and confidence intervals, for matrices
 * that are too large to decompose.
 *
 * <p>{@link org.fullrank.spectrum.estimate.StochasticLanczos} gives a {@link
 * org.fullrank.spectrum.estimate.SpectralDensity} and with it log-determinants, effective ranks and
 * other traces of functions; {@link org.fullrank.spectrum.estimate.HutchPlusPlus} and {@link
 * org.fullrank.spectrum.estimate.XTrace} estimate the trace itself, {@link
 * org.fullrank.spectrum.estimate.Hutchinson} is their baseline. The random numbers come from a
 * {@code Seed} that is an argument.
 */
@NullMarked
package org.fullrank.spectrum.estimate;

import org.jspecify.annotations.NullMarked;
