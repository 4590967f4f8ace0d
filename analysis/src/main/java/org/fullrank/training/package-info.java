/**
 * Training, recorded so that it can be held against a theorem.
 *
 * <p>A {@link org.fullrank.training.TrainingMethod} is a step rule; a {@link
 * org.fullrank.training.TrainingRun} applies it to a problem, fills a {@link
 * org.fullrank.training.Trajectory} with what the {@link org.fullrank.training.Recording} asks for,
 * and can be saved and resumed to the same bits.
 *
 * <p>Start with {@link org.fullrank.training.TrainingRun}; {@link org.fullrank.training.Comparison}
 * holds a run against a prediction.
 */
@NullMarked
package org.fullrank.training;

import org.jspecify.annotations.NullMarked;
