package org.fullrank.rigor.matrix;

import static org.fullrank.rigor.matrix.Balls.ball;
import static org.fullrank.rigor.matrix.Balls.exactCopy;
import static org.fullrank.rigor.matrix.Balls.random;
import static org.fullrank.rigor.matrix.Balls.rim;

import java.math.BigDecimal;
import java.util.Random;
import org.fullrank.nn.Accuracy;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.PiecewiseLinear;
import org.fullrank.oracle.ActivationReference;
import org.fullrank.rigor.Kinks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions of matrices with errors, against decimal arithmetic at the rim of the arguments. */
class PointwiseEnclosureTest {
  private static PointwiseBounds bounds(Activation a) {
    Accuracy acc = a.accuracy().orElseThrow();
    return new PointwiseBounds(
        acc.relative(),
        acc.absolute(),
        acc.slopeRelative(),
        acc.slopeAbsolute(),
        a.regularity().lipschitz(),
        a.kinks().orElseThrow(),
        a.isPositivelyHomogeneous(),
        a.lowerBound(),
        a.upperBound());
  }

  /** Values and slopes at the rim of the argument's interval. */
  @ParameterizedTest
  @ValueSource(strings = {"tanh", "sin", "cos", "gaussian", "relu", "abs", "leaky_relu(0.2)"})
  void images(String name) {
    Activation a = Activations.named(name);
    Random r = new Random(10);
    double[] sizes = {0, 1e-17, 1e-9, 0.3, 4};
    for (int t = 0; t < 30; t++) {
      double e = sizes[t % 5];
      double[][] mid = random(r, 1, 2);
      mid[0][1] = t % 3 == 0 ? 0 : mid[0][1] * 1e-9;
      IntervalMatrix z = t % 2 == 0 ? ball(mid, e, Double.POSITIVE_INFINITY) : ball(mid, 1e9, e);
      double[][] values = new double[1][2];
      double[][] slopes = new double[1][2];
      a.evaluate(mid[0], values[0], slopes[0]);
      PointwiseBounds bounds = bounds(a);
      IntervalMatrix y = z.image(values, exactCopy(slopes), bounds);
      IntervalMatrix d = z.slopes(exactCopy(slopes), bounds);
      for (double sign : new double[] {-1, -0.5, 0, 0.5, 1}) {
        for (double[] direction :
            new double[][] {{sign, 0}, {0, sign}, {sign, sign}, {sign, -sign}}) {
          BigDecimal[][] x = rim(z, new double[][] {direction});
          BigDecimal[][] fx = new BigDecimal[1][2];
          BigDecimal[][] dx = new BigDecimal[1][2];
          for (int j = 0; j < 2; j++) {
            fx[0][j] = value(a, x[0][j]);
            dx[0][j] = slope(a, x[0][j]);
          }
          Balls.contains(name + " " + t, y, fx);
          Balls.contains(name + "' " + t, d, dx);
        }
      }
    }
  }

  private static BigDecimal value(Activation a, BigDecimal x) {
    return a instanceof PiecewiseLinear
        ? x.multiply(slope(a, x))
        : ActivationReference.of(a.name()).derivative(0, x);
  }

  private static BigDecimal slope(Activation a, BigDecimal x) {
    return a instanceof PiecewiseLinear p
        ? new BigDecimal(x.signum() > 0 ? 1 : x.signum() < 0 ? p.negativeSlope() : a.derivative(0))
        : ActivationReference.of(a.name()).derivative(1, x);
  }

  /** A function that is wrong by exactly what it states. */
  @Test
  void statedErrorsAreUsedInFull() {
    double[][] at = {{2, -3}};
    PointwiseBounds b = new PointwiseBounds(0x1p-10, 0x1p-20, 0x1p-9, 0x1p-19, 10, Kinks.none(0));
    double[][] values = {{4, -6}};
    double[][] slopes = {{2, 2}};
    IntervalMatrix z = IntervalMatrix.exact(at);
    double tie = Math.scalb(1.0, -20);
    BigDecimal[][] y = {{exact(4, 4 * tie * 1024 + tie), exact(-6, -6 * tie * 1024 - tie)}};
    BigDecimal[][] d = {{exact(2, 2 * tie * 2048 + 2 * tie), exact(2, -2 * tie * 2048 - 2 * tie)}};
    Balls.contains("stated", z.image(exactCopy(values), exactCopy(slopes), b), y);
    Balls.contains("stated slope", z.slopes(exactCopy(slopes), b), d);
    // The slope between stored and true argument counts with its own error.
    IntervalMatrix wide = ball(at, 0x1p-4, 1);
    BigDecimal inside = BigDecimal.ONE.subtract(new BigDecimal("1e-14"));
    BigDecimal steep = exact(Math.scalb(1.0, -4), 0).multiply(d[0][0]).multiply(inside);
    BigDecimal[][] moved = {{y[0][0].add(steep), y[0][1].subtract(steep)}};
    Balls.contains("moved", wide.image(exactCopy(values), exactCopy(slopes), b), moved);
  }

  private static BigDecimal exact(double a, double b) {
    return new BigDecimal(a).add(new BigDecimal(b));
  }
}
