package org.fullrank.spectrum.solver;

import org.nd4j.linalg.api.buffer.DataType;

/**
 * What all iterative solvers have in common: when to stop, and where to start.
 *
 * @param tolerance of residuals relative to the norm; 0 for the default of the data type
 * @param operatorLimit most columns to apply the operator to; 0 for the default
 * @param seed of the starting vectors
 */
record IterationLimits(double tolerance, long operatorLimit, long seed) {
  static final IterationLimits DEFAULT = new IterationLimits(0, 0, 0);

  private static final double DOUBLE_TOLERANCE = 1e-10;
  private static final double FLOAT_TOLERANCE = 1e-5;

  IterationLimits withTolerance(double t) {
    if (!(t > 0 && t < 1)) {
      throw new IllegalArgumentException(
          "withTolerance expects a number between 0 and 1, exclusive, but got " + t);
    }
    return new IterationLimits(t, operatorLimit, seed);
  }

  IterationLimits withOperatorLimit(long columns) {
    if (columns < 1) {
      throw new IllegalArgumentException("withOperatorLimit expects at least 1 but got " + columns);
    }
    return new IterationLimits(tolerance, columns, seed);
  }

  IterationLimits withSeed(long s) {
    return new IterationLimits(tolerance, operatorLimit, s);
  }

  double toleranceFor(DataType type) {
    if (tolerance > 0) {
      return tolerance;
    }
    return type == DataType.FLOAT ? FLOAT_TOLERANCE : DOUBLE_TOLERANCE;
  }

  long operatorLimitFor(int n) {
    return operatorLimit > 0 ? operatorLimit : 1000 + 10L * n;
  }
}
