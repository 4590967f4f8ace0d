package org.fullrank.rigor.kernel;

import org.fullrank.rigor.Internal;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.rounding.Rounding;
import org.jspecify.annotations.Nullable;

/**
 * Rayleigh quotients of untrusted vectors, enclosed: the upper half of an eigenvalue enclosure.
 *
 * <p>Every vector {@code x} is admissible, {@code lambda_min <= x^T A x / x^T x}; a bad one gives a
 * bad bound, not a false one. Doubled working precision in the inner products makes the enclosure
 * much narrower than the reach of the Cholesky test. Cost: {@code n^2 / 2} terms at 1.5 ns.
 */
@Internal
public final class Rayleigh {
  private Rayleigh() {}

  /** Encloses the quotient of {@code sign * A}; {@code ENTIRE} for a useless vector. */
  public static Interval quotient(double[][] lower, double sign, double[] vector) {
    int n = lower.length;
    double[] x = normalized(vector, n);
    if (x == null) {
      return Interval.ENTIRE;
    }
    Form form = new Form(x);
    for (int i = 0; i < n; i++) {
      form.add(i, lower[i]);
    }
    return form.quotient(sign);
  }

  /** The quotient, fed with the rows of the lower triangle one by one, each once. */
  @Internal
  public static final class Form {
    private final double[] x;
    private final double[] mids;
    private double slack;

    /** For a vector that is {@link #normalized}. */
    public Form(double[] x) {
      this.x = x;
      mids = new double[x.length];
    }

    /** Row {@code i}, of which {@code i + 1} entries are used. */
    public void add(int i, double[] row) {
      // x^T A x = sum_i x_i t_i with t_i = A_ii x_i + 2 sum_{j<i} A_ij x_j
      Interval t = Dot2.dot(row, x, i).multiply(2).add(Interval.of(row[i]).multiply(x[i]));
      mids[i] = t.mid();
      double radius =
          Math.max(Rounding.subtractUp(t.hi(), mids[i]), Rounding.subtractUp(mids[i], t.lo()));
      slack = Rounding.addUp(slack, Rounding.multiplyUp(Math.abs(x[i]), radius));
    }

    /** Encloses the quotient of {@code sign * A}. */
    public Interval quotient(double sign) {
      int n = x.length;
      Interval form = Dot2.dot(x, mids, n).add(new Interval(-slack, slack)).multiply(sign);
      return form.divide(Dot2.dot(x, x, n));
    }
  }

  /** A multiple with largest magnitude near 1, or null if there is no such. */
  public static double @Nullable [] normalized(double[] vector, int n) {
    double largest = vector.length == n ? ErrorTerms.largest(vector, n) : Double.NaN;
    if (!(largest > 0 && largest <= Double.MAX_VALUE)) {
      return null;
    }
    double[] x = new double[n];
    int exponent = -Math.getExponent(largest);
    for (int i = 0; i < n; i++) {
      x[i] = Math.scalb(vector[i], exponent);
    }
    return x;
  }
}
