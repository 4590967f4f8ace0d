/**
 * What is known about one training problem.
 *
 * <p>A {@link org.fullrank.evidence.TrainingProblem} is a network with parameters, data and a
 * {@link org.fullrank.evidence.Loss}.
 */
@NullMarked
package org.fullrank.evidence;

import org.jspecify.annotations.NullMarked;
