/**
 * Directed rounding of single operations, and whether this thread computes by IEEE 754. Nothing
 * else in the library may step to a neighbouring double or name the unit roundoff.
 */
@NullMarked
package org.fullrank.rigor.rounding;

import org.jspecify.annotations.NullMarked;
