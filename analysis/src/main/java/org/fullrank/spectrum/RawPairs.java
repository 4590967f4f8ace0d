package org.fullrank.spectrum;

import org.jspecify.annotations.Nullable;

/** Ascending eigenvalues and, if asked for, eigenvectors as rows: Java arrays, not yet checked. */
final class RawPairs {
  private final double[] values;
  private final double @Nullable [][] vectors;

  /** Takes ownership of both. */
  RawPairs(double[] values, double @Nullable [][] vectors) {
    this.values = values;
    this.vectors = vectors;
  }

  double[] values() {
    return values;
  }

  double @Nullable [][] vectors() {
    return vectors;
  }
}
