package org.fullrank.spectrum.solver;

/** Block Lanczos against the contracts. */
class LanczosSolverTest extends IterativeSolverContract {
  @Override
  EigenSolver solver() {
    return LanczosSolver.withDefaults();
  }

  @Override
  EigenSolver seeded(long seed) {
    return LanczosSolver.withDefaults().withSeed(seed);
  }

  @Override
  EigenSolver withTolerance(double tolerance) {
    return LanczosSolver.withDefaults().withTolerance(tolerance);
  }

  @Override
  double floatError() {
    return 1e-6;
  }
}
