package org.fullrank.spectrum;

/**
 * What an iteration ended with, in scaled units: the leading Ritz pairs, largest value first.
 *
 * @param values Ritz values, descending
 * @param vectors Ritz vectors as rows
 * @param norm the largest magnitude of a Ritz value seen; never above the norm of the map by more
 *     than rounding
 * @param status how the iteration ended by its own account
 */
record RitzPairs(double[] values, double[][] vectors, double norm, SolverStatus status) {}
