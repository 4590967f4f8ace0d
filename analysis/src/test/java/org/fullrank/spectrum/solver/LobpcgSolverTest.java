package org.fullrank.spectrum.solver;

/** LOBPCG against the contracts. */
class LobpcgSolverTest extends IterativeSolverContract {
  @Override
  EigenSolver solver() {
    return LobpcgSolver.withDefaults();
  }

  @Override
  EigenSolver seeded(long seed) {
    return LobpcgSolver.withDefaults().withSeed(seed);
  }

  @Override
  EigenSolver withTolerance(double tolerance) {
    return LobpcgSolver.withDefaults().withTolerance(tolerance);
  }

  @Override
  double floatError() {
    return 1e-6;
  }
}
