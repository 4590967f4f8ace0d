/**
 * What tests of several modules compare with: exact arithmetic, adversarial matrices, switched
 * floating-point modes, tables of bad input; and what the architecture of every module has to be.
 * Nothing here uses FullRank, so that no error can be in both; nothing here is published.
 */
@NullMarked
package org.fullrank.oracle;

import org.jspecify.annotations.NullMarked;
