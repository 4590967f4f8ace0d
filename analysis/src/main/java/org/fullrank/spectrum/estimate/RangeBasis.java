package org.fullrank.spectrum.estimate;

import java.util.Arrays;
import org.fullrank.cancel.Cancellation;

/**
 * An orthonormal basis of the span of some vectors by Gram-Schmidt with reorthogonalisation, and
 * the triangular factor: vector {@code i} is {@code sum_j r[i][j] q[j]}. Vectors that depend on
 * earlier ones up to rounding add nothing.
 */
final class RangeBasis {
  private final double[][] q;
  private final double[][] r;
  private final int rank;
  private final double dropped;

  private RangeBasis(double[][] q, double[][] r, int rank, double dropped) {
    this.q = q;
    this.r = r;
    this.rank = rank;
    this.dropped = dropped;
  }

  static RangeBasis of(double[][] vectors, double unit) {
    int k = vectors.length;
    int n = vectors[0].length;
    double largest = 0;
    for (double[] v : vectors) {
      largest = Math.max(largest, ProbeVectors.norm(v));
    }
    double threshold = 16 * n * unit * largest;
    double[][] q = new double[k][];
    double[][] r = new double[k][];
    int rank = 0;
    double dropped = 0;
    for (int i = 0; i < k; i++) {
      Cancellation.check("A trace estimate");
      double[] w = vectors[i].clone();
      double[] c = ProbeVectors.project(q, rank, w);
      double[] d = ProbeVectors.project(q, rank, w);
      double norm = ProbeVectors.norm(w);
      r[i] = new double[rank + 1];
      for (int j = 0; j < rank; j++) {
        r[i][j] = c[j] + d[j];
      }
      if (rank < n && norm > threshold) {
        ProbeVectors.scale(w, 1 / norm);
        r[i][rank] = norm;
        q[rank++] = w;
      } else {
        dropped = Math.max(dropped, norm);
      }
    }
    return new RangeBasis(Arrays.copyOf(q, rank), r, rank, dropped);
  }

  double[][] vectors() {
    return q;
  }

  int rank() {
    return rank;
  }

  /** The largest norm of a part that was dropped. */
  double dropped() {
    return dropped;
  }

  /**
   * For a basis of full rank k: the unit vector {@code s} for which {@code Q (I - s s^T) Q^T}
   * projects onto the span of all vectors but number {@code i}. It is orthogonal to the coordinates
   * of the others, so column {@code i} of the inverse triangular factor, transposed.
   */
  double[] without(int i) {
    int k = rank;
    double[] s = new double[k];
    // Solve r[l] . s = [l == i] for all vectors l: forward substitution.
    for (int l = i; l < k; l++) {
      double sum = l == i ? 1 : 0;
      for (int j = i; j < l; j++) {
        sum -= r[l][j] * s[j];
      }
      s[l] = sum / r[l][l];
    }
    ProbeVectors.scale(s, 1 / ProbeVectors.norm(s));
    return s;
  }
}
