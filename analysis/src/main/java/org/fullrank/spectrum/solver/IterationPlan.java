package org.fullrank.spectrum.solver;

/**
 * Settings of a {@link BlockLanczos} iteration.
 *
 * @param block number of starting vectors
 * @param basisLimit most vectors to store, the next block included
 * @param tolerance of residuals
 * @param relative whether the tolerance is in units of each value instead of the norm
 * @param asymmetry largest {@code |u^T A v - v^T A u|} of unit vectors, in units of the norm, that
 *     is taken for rounding
 * @param operatorLimit most columns to apply the map to
 * @param seed of the starting vectors
 */
record IterationPlan(
    int block,
    int basisLimit,
    double tolerance,
    boolean relative,
    double asymmetry,
    long operatorLimit,
    long seed) {
  /** Blocks between two restarts, at least. */
  private static final int CYCLE = 10;

  /** The largest basis before a restart. */
  int capacity(int n, int wanted, int b) {
    long size = Math.max(2L * wanted, wanted + (long) CYCLE * b) + b;
    long room = n <= basisLimit ? n : Math.max(1, basisLimit - b);
    return (int) Math.min(room, Math.min(n, size));
  }

  /** Whether a basis of that capacity can keep the wanted vectors and still grow by two blocks. */
  boolean fits(int capacity, int wanted, int b) {
    return capacity >= wanted + 2 * b;
  }

  /** How many Ritz vectors survive a restart. */
  int keep(int capacity, int wanted, int b) {
    return Math.min(wanted + (capacity - wanted) / 3, capacity - b);
  }
}
