package org.fullrank.spectrum.solver;

/** Lanczos that starts with a single vector, which cannot see a second copy. */
class SingleVectorLanczosTest extends IterativeSolverContract {
  @Override
  EigenSolver solver() {
    return LanczosSolver.withDefaults().withBlockSize(1);
  }

  @Override
  EigenSolver seeded(long seed) {
    return LanczosSolver.withDefaults().withBlockSize(1).withSeed(seed);
  }

  @Override
  EigenSolver withTolerance(double tolerance) {
    return LanczosSolver.withDefaults().withBlockSize(1).withTolerance(tolerance);
  }

  @Override
  double floatError() {
    return 1e-6;
  }
}
