package org.fullrank.surrogate;

import java.util.Arrays;
import java.util.List;
import org.fullrank.enclosure.EnclosedNetwork;
import org.fullrank.nn.enclosed.EnclosedGate;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.matrix.IntervalMatrix;

/**
 * How far a surrogate network and its ReLU network agree on some inputs. All counts are of what is
 * certain by enclosures.
 *
 * @param points number of inputs n
 * @param provedEqual inputs for which {@code |w| <= M |t|} is proved for all units, so that the
 *     networks are equal there in exact arithmetic, with the exact weights of the construction
 * @param units pairs of an input and a hidden unit of the surrogate
 * @param beyond pairs for which {@code |w| > M |t|}: there the unit's two values differ
 * @param changedPatterns pairs for which the ReLU network's unit {@code relu(w + M t)} is active
 *     and the gate closed, or the other way round
 * @param difference the largest absolute difference of outputs of the surrogate and of the ReLU
 *     network with its stored, rounded weights, both evaluated exactly
 * @param computedDifference the same of outputs computed in floating point
 */
public record Agreement(
    long points,
    long provedEqual,
    long units,
    long beyond,
    long changedPatterns,
    Quantity difference,
    double computedDifference) {

  /**
   * Counts.
   *
   * @param fixed the surrogate
   * @param relu the ReLU network: a dense layer and a ReLU for each hidden layer, then the readout
   */
  static Agreement of(
      EnclosedNetwork fixed, EnclosedNetwork relu, List<double[]> factors, double computed) {
    int n = fixed.samples();
    List<EnclosedGate> gates = fixed.gates();
    boolean[] equal = new boolean[n];
    Arrays.fill(equal, true);
    long units = 0;
    long beyond = 0;
    long changed = 0;
    for (int l = 0; l < gates.size(); l++) {
      IntervalMatrix signals = gates.get(l).signals();
      IntervalMatrix values = gates.get(l).values();
      IntervalMatrix inputs = relu.valueAfter(2 * l + 1);
      int m = signals.columns();
      units += (long) n * m;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < m; j++) {
          Interval w = values.get(i, j).abs();
          Interval bound = signals.get(i, j).abs().multiply(factors.get(l)[j]);
          equal[i] &= w.hi() <= bound.lo();
          beyond += bound.hi() < w.lo() ? 1 : 0;
          changed += opposite(inputs.get(i, j), inputs.get(i, m + j)) ? 1 : 0;
        }
      }
    }
    long proved = 0;
    for (boolean e : equal) {
      proved += e ? 1 : 0;
    }
    return new Agreement(n, proved, units, beyond, changed, difference(fixed, relu), computed);
  }

  private static boolean opposite(Interval a, Interval b) {
    return (a.lo() > 0 && b.hi() <= 0) || (a.hi() <= 0 && b.lo() > 0);
  }

  private static Quantity difference(EnclosedNetwork f, EnclosedNetwork g) {
    IntervalMatrix d = f.output().addScaled(-1, g.output());
    Interval largest = Interval.ZERO;
    for (int i = 0; i < d.rows(); i++) {
      for (int c = 0; c < d.columns(); c++) {
        largest = largest.max(d.get(i, c).abs());
      }
    }
    return f.derived(
        "max |f - f_relu|", "forward passes of both networks with running error bounds", largest);
  }

  @Override
  public String toString() {
    return "Agreement("
        + provedEqual
        + " of "
        + points
        + " inputs proved equal, |w| > M |t| for "
        + beyond
        + " of "
        + units
        + " units, "
        + changedPatterns
        + " changed patterns, outputs differ by "
        + difference.interval()
        + ", computed "
        + computedDifference
        + ")";
  }
}
