package org.fullrank.evidence.measure;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Optional;
import org.fullrank.evidence.Loss;
import org.fullrank.evidence.Losses;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.fullrank.rigor.rounding.Elementary;

/** Encloses the losses of the library, with the functions of {@link Elementary}. */
final class LossEnclosure {
  private LossEnclosure() {}

  /** Why a loss is not a sum over samples of convex functions with a known smoothness. */
  static Optional<String> obstacle(Loss loss, double[][] targets) {
    if (!(loss instanceof Losses)) {
      return Optional.of("the loss \"" + loss.text() + "\" is not one of the library's");
    }
    try {
      // Once more: the tensor may have been written since the problem was made.
      loss.requireTargets(
          Arrays.stream(targets).flatMapToDouble(Arrays::stream).toArray(), targets.length);
    } catch (IllegalArgumentException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
    if (kind(loss) != Losses.Kind.ENTROPIES) {
      return Optional.empty();
    }
    for (int i = 0; i < targets.length; i++) {
      BigDecimal sum = BigDecimal.ZERO;
      for (double y : targets[i]) {
        sum = sum.add(new BigDecimal(y));
      }
      if (sum.compareTo(BigDecimal.ONE) != 0) {
        // softmax(f) - y is the gradient of the cross-entropy only then.
        return Optional.of(
            "the targets of sample "
                + i
                + " sum to "
                + sum.round(new java.math.MathContext(20))
                + ", not exactly to 1, so the training step is not along the gradient of the loss");
      }
    }
    return Optional.empty();
  }

  static boolean isSquared(Loss loss) {
    return loss instanceof Losses && kind(loss) == Losses.Kind.SQUARES;
  }

  /** Of a loss of the library; others are refused by {@link #obstacle}. */
  static Losses.Kind kind(Loss loss) {
    if (loss instanceof Losses known) {
      return known.kind();
    }
    throw new IllegalArgumentException(
        "LossEnclosure expects a loss of the library but got \"" + loss.text() + "\"");
  }

  /** The factor of the sum over samples: 1, or 1/n for a mean. */
  static Interval factor(Loss loss, int samples) {
    return loss.averages() ? Interval.ONE.divide(samples) : Interval.ONE;
  }

  /** The loss of enclosed outputs {@code [n][k]}. */
  static Interval of(Loss loss, IntervalMatrix outputs, double[][] targets) {
    Losses.Kind kind = kind(loss);
    Interval sum = Interval.ZERO;
    if (kind == Losses.Kind.SQUARES) {
      IntervalMatrix residual = outputs.addScaled(-1, IntervalMatrix.exact(targets));
      sum = residual.frobeniusNorm().square().divide(2);
    } else {
      for (int i = 0; i < targets.length; i++) {
        sum =
            sum.add(
                kind == Losses.Kind.ENTROPIES
                    ? entropy(outputs, targets[i], i)
                    : logistic(outputs, targets[i], i));
      }
    }
    return sum.multiply(factor(loss, targets.length)).max(Interval.ZERO);
  }

  /** {@code ln sum_c e^(f_c) - sum_c y_c f_c} for targets with sum 1, at least 0. */
  private static Interval entropy(IntervalMatrix outputs, double[] y, int i) {
    double shift = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < y.length; c++) {
      Interval f = outputs.get(i, c);
      if (!f.isBounded()) {
        return Interval.atLeast(0);
      }
      shift = Math.max(shift, f.mid());
    }
    Interval partition = Interval.ZERO;
    Interval linear = Interval.ZERO;
    for (int c = 0; c < y.length; c++) {
      Interval f = outputs.get(i, c).subtract(shift);
      partition = partition.add(exp(f));
      if (y[c] > 0) {
        linear = linear.add(f.multiply(y[c]));
      }
    }
    return log(partition).subtract(linear).max(Interval.ZERO);
  }

  /** {@code sum_c ln(1 + e^(-y_c f_c))} for targets -1 or +1. */
  private static Interval logistic(IntervalMatrix outputs, double[] y, int i) {
    Interval sum = Interval.ZERO;
    for (int c = 0; c < y.length; c++) {
      Interval margin = outputs.get(i, c).multiply(y[c]);
      if (!margin.isBounded()) {
        return Interval.atLeast(0);
      }
      // Decreasing in the margin.
      sum = sum.add(new Interval(softplus(-margin.hi()).lo(), softplus(-margin.lo()).hi()));
    }
    return sum;
  }

  /** {@code ln(1 + e^x)}, with an exponential of a negative number only. */
  static Interval softplus(double x) {
    Interval e = exp(Interval.of(-Math.abs(x)));
    Interval log =
        new Interval(Math.max(0, Elementary.log1pDown(e.lo())), Elementary.log1pUp(e.hi()));
    return log.add(Math.max(x, 0));
  }

  /** The infimum over all outputs: the entropy of the targets of a cross-entropy, otherwise 0. */
  static Interval infimum(Loss loss, double[][] targets) {
    Interval sum = Interval.ZERO;
    if (kind(loss) == Losses.Kind.ENTROPIES) {
      for (double[] row : targets) {
        for (double y : row) {
          if (y > 0 && y != 1) {
            sum = sum.add(log(Interval.of(y)).multiply(y).negate());
          }
        }
      }
    }
    return sum.multiply(factor(loss, targets.length)).max(Interval.ZERO);
  }

  /** Whether some outputs attain the infimum: with a target 0, softmax would have to vanish. */
  static boolean attained(Loss loss, double[][] targets) {
    if (kind(loss) != Losses.Kind.ENTROPIES) {
      return isSquared(loss);
    }
    for (double[] row : targets) {
      for (double y : row) {
        if (!(y > 0)) {
          return false;
        }
      }
    }
    return true;
  }

  static Interval exp(Interval x) {
    return new Interval(Elementary.expDown(x.lo()), Elementary.expUp(x.hi()));
  }

  static Interval log(Interval x) {
    double lo = x.lo() > 0 ? Elementary.logDown(x.lo()) : Double.NEGATIVE_INFINITY;
    return new Interval(lo, Elementary.logUp(x.hi()));
  }
}
