package org.fullrank.spectrum.solver;

import org.jspecify.annotations.Nullable;

/** Ascending eigenvalues and, if asked for, eigenvectors as rows: Java arrays, not yet checked. */
public final class RawPairs {
  private final double[] values;
  private final double @Nullable [][] vectors;

  /** Takes ownership of both. */
  RawPairs(double[] values, double @Nullable [][] vectors) {
    this.values = values;
    this.vectors = vectors;
  }

  public double[] values() {
    return values;
  }

  public double @Nullable [][] vectors() {
    return vectors;
  }
}
