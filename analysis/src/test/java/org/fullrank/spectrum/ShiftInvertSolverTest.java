package org.fullrank.spectrum;

/** Shift-invert Lanczos against the contracts. */
class ShiftInvertSolverTest extends IterativeSolverContract {
  @Override
  EigenSolver solver() {
    return ShiftInvertSolver.withDefaults();
  }

  @Override
  EigenSolver seeded(long seed) {
    return ShiftInvertSolver.withDefaults().withSeed(seed);
  }

  @Override
  EigenSolver withTolerance(double tolerance) {
    return ShiftInvertSolver.withDefaults().withTolerance(tolerance);
  }
}
