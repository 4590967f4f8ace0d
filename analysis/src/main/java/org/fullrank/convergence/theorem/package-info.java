/**
 * One final class for each theorem, each quoting the paper it descends from.
 *
 * <p>The statements are proved in the documentation page {@code docs/theorems.md}; where a paper
 * leaves a constant unspecified, the theorem here is a restatement with explicit constants and says
 * so.
 */
@NullMarked
package org.fullrank.convergence.theorem;

import org.jspecify.annotations.NullMarked;
