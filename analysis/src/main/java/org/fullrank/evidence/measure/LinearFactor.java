package org.fullrank.evidence.measure;

import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;

/**
 * One factor of a deep linear network: {@code M = e I + s W} with {@code e} 0 or 1, or a fixed
 * matrix.
 *
 * @param layer the layer it stands for, for messages
 * @param trained whether W is trained
 * @param residual whether {@code e = 1}
 * @param scale magnitude of the fixed number s, enclosed; 1 for a fixed matrix
 * @param sigmaMin smallest of the {@code min(rows, columns)} singular values of M
 * @param norm spectral norm of M
 * @param start whether M is exactly the identity or zero
 */
public record LinearFactor(
    String layer,
    boolean trained,
    boolean residual,
    Interval scale,
    Quantity sigmaMin,
    Quantity norm,
    Start start) {
  /** The entries of a factor, compared exactly. */
  public enum Start {
    /** The square identity matrix. */
    IDENTITY,
    /** All entries are zero. */
    ZERO,
    /** Anything else. */
    OTHER
  }

  /** Checks the scale. */
  public LinearFactor {
    if (!(scale.lo() >= 0)) {
      throw new IllegalArgumentException("LinearFactor expects a scale >= 0 but got " + scale);
    }
  }
}
