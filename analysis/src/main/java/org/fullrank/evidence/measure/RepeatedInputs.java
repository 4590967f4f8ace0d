package org.fullrank.evidence.measure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.rounding.Rounding;

/**
 * Equal inputs have equal outputs. Of {@code mu} equal rows one is kept, with the weight {@code w},
 * the double nearest to {@code sqrt(mu)}, and the mean of their targets; the columns of V are
 * {@code 1/w} on the equal rows, of norm {@code sqrt(mu)/w}.
 */
final class RepeatedInputs {
  /** Relative error of a correctly rounded root, with room. */
  private static final double ROOT = 2 * Rounding.UNIT_ROUNDOFF;

  private RepeatedInputs() {}

  static OutputSpace of(double[][] x, double[][] y) {
    Map<List<Double>, List<Integer>> classes = new LinkedHashMap<>();
    for (int i = 0; i < x.length; i++) {
      List<Double> key = Arrays.stream(x[i]).boxed().toList();
      classes.computeIfAbsent(key, k -> new ArrayList<>()).add(i);
    }
    int k = y[0].length;
    int u = classes.size();
    double[][] inputs = new double[u][];
    double[][] targets = new double[u][k];
    double[] weights = new double[u];
    Interval error = Interval.ZERO;
    Interval outside = Interval.ZERO;
    int at = 0;
    for (List<Integer> members : classes.values()) {
      inputs[at] = x[members.get(0)];
      weights[at] = Math.sqrt(members.size());
      for (int c = 0; c < k; c++) {
        Interval mean = mean(y, members, c);
        targets[at][c] = mean.mid();
        Interval off = mean.subtract(targets[at][c]);
        error = error.add(off.square().multiply(members.size()));
        for (int i : members) {
          outside = outside.add(Interval.of(y[i][c]).subtract(mean).square());
        }
      }
      at++;
    }
    boolean none = u == x.length;
    return new OutputSpace(
        none
            ? "all outputs: no input row is repeated"
            : "vectors that are equal on equal inputs: " + u + " distinct rows of " + x.length,
        inputs,
        weights,
        none ? Interval.ONE : Interval.of(1 - ROOT, 1 + ROOT),
        targets,
        error.sqrt(),
        outside.sqrt());
  }

  private static Interval mean(double[][] y, List<Integer> members, int c) {
    if (members.size() == 1) {
      return Interval.of(y[members.get(0)][c]);
    }
    Interval sum = Interval.ZERO;
    for (int i : members) {
      sum = sum.add(y[i][c]);
    }
    return sum.divide(members.size());
  }
}
