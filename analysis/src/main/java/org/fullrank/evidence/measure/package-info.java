/**
 * Recipes for what theorems need to know of a problem, and the numbers that come out.
 *
 * <p>{@link org.fullrank.evidence.measure.Measurements} is the list. A recipe is a {@link
 * org.fullrank.evidence.Measurement}; its result is made once and remembered by {@link
 * org.fullrank.evidence.Evidence}. Every number in it is a {@code Quantity}, so that it says how it
 * is known and what it is about.
 */
@NullMarked
package org.fullrank.evidence.measure;

import org.jspecify.annotations.NullMarked;
