package org.fullrank.evidence;

import java.util.Locale;

/**
 * The losses of the library. Convergence theorems speak about {@link #SQUARED}; the others differ
 * from it by a factor, or are for training only.
 */
public enum Losses implements Loss {
  /** {@code 1/2 sum_ic (f_ic - y_ic)^2}, no averaging: the loss of the theorems. */
  SQUARED("1/2 sum of squares", true),
  /** {@code 1/(2n) sum_ic (f_ic - y_ic)^2}: averaged over samples, summed over outputs. */
  MEAN_SQUARED("1/(2n) sum of squares", true),
  /**
   * {@code - sum_ic y_ic ln softmax(f_i)_c}, targets non-negative with sum 1 for each sample. Its
   * infimum for one-hot targets is 0 and is not attained.
   */
  CROSS_ENTROPY("sum of softmax cross-entropies", false),
  /** {@link #CROSS_ENTROPY} divided by n. */
  MEAN_CROSS_ENTROPY("mean of softmax cross-entropies", false);

  /** Rows of targets may miss the sum 1 by the rounding of their entries. */
  private static final double SUM_TOLERANCE = 1e-6;

  private final String text;
  private final boolean squared;

  Losses(String text, boolean squared) {
    this.text = text;
    this.squared = squared;
  }

  @Override
  public boolean averages() {
    return this == MEAN_SQUARED || this == MEAN_CROSS_ENTROPY;
  }

  @Override
  public double evaluate(double[] outputs, double[] targets, int samples, double[] gradient) {
    if (samples < 1
        || outputs.length % samples != 0
        || targets.length != outputs.length
        || gradient.length != outputs.length) {
      throw new IllegalArgumentException(
          text
              + " expects n k outputs, targets and derivatives for n = "
              + samples
              + " but got "
              + outputs.length
              + ", "
              + targets.length
              + " and "
              + gradient.length);
    }
    double scale = averages() ? 1.0 / samples : 1;
    double sum =
        squared
            ? squares(outputs, targets, scale, gradient)
            : entropies(outputs, targets, outputs.length / samples, scale, gradient);
    return scale * sum;
  }

  private static double squares(
      double[] outputs, double[] targets, double scale, double[] gradient) {
    double sum = 0;
    for (int i = 0; i < outputs.length; i++) {
      double r = outputs[i] - targets[i];
      sum += r * r;
      gradient[i] = scale * r;
    }
    return 0.5 * sum;
  }

  /** With the largest output of each row subtracted, so that no exponential overflows. */
  private static double entropies(
      double[] outputs, double[] targets, int k, double scale, double[] gradient) {
    double sum = 0;
    for (int from = 0; from < outputs.length; from += k) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int c = from; c < from + k; c++) {
        largest = Math.max(largest, outputs[c]);
      }
      double partition = 0;
      for (int c = from; c < from + k; c++) {
        gradient[c] = Math.exp(outputs[c] - largest);
        partition += gradient[c];
      }
      double logPartition = Math.log(partition);
      for (int c = from; c < from + k; c++) {
        if (targets[c] > 0) {
          sum += targets[c] * (logPartition - (outputs[c] - largest));
        }
        gradient[c] = scale * (gradient[c] / partition - targets[c]);
      }
    }
    return sum;
  }

  @Override
  public void requireTargets(double[] targets, int samples) {
    if (squared) {
      return;
    }
    int k = targets.length / samples;
    for (int i = 0; i < samples; i++) {
      double sum = 0;
      boolean negative = false;
      for (int c = i * k; c < (i + 1) * k; c++) {
        sum += targets[c];
        negative |= targets[c] < 0;
      }
      if (negative || !(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s expects targets >= 0 with sum 1 but sample %d has sum %s%s",
                text,
                i,
                sum,
                negative ? " and a negative entry" : ""));
      }
    }
  }

  @Override
  public String text() {
    return text;
  }

  @Override
  public String toString() {
    return text;
  }
}
