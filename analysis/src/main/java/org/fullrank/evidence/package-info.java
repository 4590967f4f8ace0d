/**
 * What is known about one training problem.
 *
 * <p>A {@link org.fullrank.evidence.TrainingProblem} is a network with parameters, data and a
 * {@link org.fullrank.evidence.Loss}. {@link org.fullrank.evidence.Evidence} remembers what has
 * been measured on it; the recipes are in {@code evidence.measure}.
 */
@NullMarked
package org.fullrank.evidence;

import org.jspecify.annotations.NullMarked;
