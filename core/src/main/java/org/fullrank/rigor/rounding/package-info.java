/**
 * Directed rounding of single operations and elementary functions, and whether this thread computes
 * by IEEE 754. No other package steps to a neighbouring double.
 */
@NullMarked
package org.fullrank.rigor.rounding;

import org.jspecify.annotations.NullMarked;
