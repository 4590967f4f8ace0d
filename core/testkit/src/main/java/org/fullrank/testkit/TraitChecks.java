package org.fullrank.testkit;

import static org.fullrank.testkit.LayerCase.M;
import static org.fullrank.testkit.LayerCase.N;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Parity;
import org.fullrank.nn.Traits;
import org.junit.jupiter.api.DynamicTest;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a layer declares for all parameters, at some. What it does not declare is not asked. */
record TraitChecks(LayerCase at) {
  private static final int DRAWS = 3;

  /** Differences of higher order lose all digits. */
  private static final int HIGHEST_DEGREE = 12;

  /** Of a derivative along a line, relative to its size; a smooth one changes by about 1e-8. */
  private static final double JUMP = 1e-5;

  List<DynamicTest> tests() {
    Traits traits = at.layer().traits();
    List<DynamicTest> out = new ArrayList<>();
    if (!traits.couplesSamples()) {
      out.add(dynamicTest("no sample depends on another", this::independentSamples));
    }
    if (traits.parity() != Parity.NONE) {
      out.add(dynamicTest("the stated parity is not contradicted", this::parity));
    }
    if (traits.homogeneous()) {
      out.add(dynamicTest("the stated homogeneity is not contradicted", this::homogeneous));
    }
    if (traits.degree().isPresent() && traits.degree().getAsInt() <= HIGHEST_DEGREE) {
      int degree = traits.degree().getAsInt();
      out.add(dynamicTest("the stated degree is not contradicted", () -> degree(degree)));
    }
    if (traits.analytic()) {
      out.add(dynamicTest("no derivative jumps, as analyticity says", this::analytic));
    }
    return out;
  }

  private double[] theta(int draw) {
    return LayerCase.gaussian("theta " + draw, at.parameters());
  }

  private double[] x(int draw) {
    return LayerCase.gaussian("x " + draw, N * (int) at.input().length());
  }

  private void independentSamples() {
    double[] x = x(0);
    double[] base = at.valueAt(theta(0), x);
    int width = base.length / N;
    for (int i = 0; i < N; i++) {
      double[] moved = x.clone();
      for (int q = 0; q < x.length / N; q++) {
        moved[i * x.length / N + q] += 0.5 + 0.25 * q;
      }
      double[] expected = base.clone();
      double[] got = at.valueAt(theta(0), moved);
      System.arraycopy(got, i * width, expected, i * width, width);
      Near.assertNear("value after sample " + i + " moved", expected, got);
    }
  }

  private void parity() {
    double sign = at.layer().traits().parity() == Parity.ODD ? -1 : 1;
    for (int draw = 0; draw < DRAWS; draw++) {
      double[] x = x(draw);
      double[] mirrored = times(-1, x);
      double[] value = at.valueAt(theta(draw), x);
      Near.assertNear("f(-x)", times(sign, value), at.valueAt(theta(draw), mirrored));
      Near.assertNear(
          "gradient at -x", times(sign, rows(theta(draw), x)), rows(theta(draw), mirrored));
    }
  }

  /** Gradients of all parameter tensors. */
  private double[] rows(double[] theta, double[] x) {
    try (Linearization l = at.layer().linearize(LayerCase.theta(theta), at.x(x));
        Pullback pullback = l.pullback(at.cotangents(M))) {
      return pullback.blocks().stream()
          .map(ParameterBlock::rows)
          .flatMapToDouble(rows -> Arrays.stream(Tensors.toDoubles(rows)))
          .toArray();
    }
  }

  private void homogeneous() {
    for (int draw = 0; draw < DRAWS; draw++) {
      double[] value = at.valueAt(theta(draw), x(draw));
      for (double a : new double[] {0.01, 1.7, 50}) {
        double[] expected = times(a, value);
        double[] got = at.valueAt(theta(draw), times(a, x(draw)));
        Near.assertNear("f(" + a + " x)", expected, got, a * Near.rounding(value));
      }
    }
  }

  /** The difference of order {@code degree + 1} along a line of inputs vanishes. */
  private void degree(int degree) {
    for (int draw = 0; draw < DRAWS; draw++) {
      double[] x = x(draw);
      double[] direction = LayerCase.gaussian("line " + draw, x.length);
      double[] difference = new double[0];
      double size = 10;
      double binomial = 1;
      for (int k = 0; k <= degree + 1; k++) {
        double step = 2.0 * k / (degree + 1) - 1;
        double[] value = at.valueAt(theta(draw), LayerCase.moved(x, step, direction));
        difference = k == 0 ? new double[value.length] : difference;
        difference = LayerCase.moved(difference, k % 2 == 0 ? binomial : -binomial, value);
        size += binomial * Near.largest(value);
        binomial = binomial * (degree + 1 - k) / (k + 1);
      }
      Near.assertNear(
          "difference of order " + (degree + 1),
          new double[difference.length],
          difference,
          Near.ROUNDING * size);
    }
  }

  /** Along a line of parameters and inputs, a random sum of all outputs. */
  private void analytic() {
    double[] theta = theta(0);
    double[] x = x(0);
    double[] t = LayerCase.gaussian("parameter line", theta.length);
    double[] v = LayerCase.gaussian("input line", x.length);
    double size = 1 + Math.abs(slope(theta, t, x, v, 0));
    double change = Steepest.change(s -> slope(theta, t, x, v, s), -2, 2);
    assertTrue(
        change <= JUMP * size,
        () -> "a directional derivative of an analytic layer jumps by " + change);
  }

  private double slope(double[] theta, double[] t, double[] x, double[] v, double step) {
    INDArray dTheta = t.length == 0 ? null : Tensors.of(t, 1, t.length);
    try (Linearization l =
            at.layer()
                .linearize(
                    LayerCase.theta(LayerCase.moved(theta, step, t)),
                    at.x(LayerCase.moved(x, step, v)));
        INDArray out =
            Objects.requireNonNull(l.jvp(dTheta, Tensors.of(v, at.input().after(1, N))))) {
      double[] slopes = Tensors.toDoubles(out);
      double[] weights = LayerCase.gaussian("weights", slopes.length);
      double sum = 0;
      for (int j = 0; j < slopes.length; j++) {
        sum += weights[j] * slopes[j];
      }
      return sum;
    }
  }

  private static double[] times(double factor, double[] v) {
    return Arrays.stream(v).map(d -> factor * d).toArray();
  }
}
