package org.fullrank.evidence;

import java.util.Locale;
import java.util.Optional;

/**
 * The losses of the library. Most convergence theorems speak about {@link #SQUARED} only; those on
 * the last layer also cover the others, and each certificate names its loss.
 */
public enum Losses implements Loss {
  /** {@code 1/2 sum_ic (f_ic - y_ic)^2}, no averaging: the loss of the theorems. */
  SQUARED("1/2 sum of squares", Kind.SQUARES),
  /** {@code 1/(2n) sum_ic (f_ic - y_ic)^2}: averaged over samples, summed over outputs. */
  MEAN_SQUARED("1/(2n) sum of squares", Kind.SQUARES),
  /**
   * {@code - sum_ic y_ic ln softmax(f_i)_c}, targets non-negative with sum 1 for each sample. Its
   * infimum for one-hot targets is 0 and is not attained. With one output it is 0 for every network
   * and refused; {@link #LOGISTIC} is its equivalent for one output and two classes.
   */
  CROSS_ENTROPY("sum of softmax cross-entropies", Kind.ENTROPIES),
  /** {@link #CROSS_ENTROPY} divided by n. */
  MEAN_CROSS_ENTROPY("mean of softmax cross-entropies", Kind.ENTROPIES),
  /**
   * {@code sum_ic ln(1 + e^(-y_ic f_ic))}, all targets -1 or +1: each output decides between two
   * classes. Its infimum is 0 and is not attained.
   */
  LOGISTIC("sum of logistic losses", Kind.LOGISTIC),
  /** {@link #LOGISTIC} divided by n. */
  MEAN_LOGISTIC("mean of logistic losses", Kind.LOGISTIC);

  /** What is summed or averaged. */
  public enum Kind {
    SQUARES,
    ENTROPIES,
    LOGISTIC
  }

  /** Rows of targets may miss the sum 1 by the rounding of their entries. */
  private static final double SUM_TOLERANCE = 1e-6;

  private final String text;
  private final Kind kind;

  Losses(String text, Kind kind) {
    this.text = text;
    this.kind = kind;
  }

  /** Why a theorem on {@link #SQUARED} is not about a loss, and what helps; empty for that loss. */
  public static Optional<String> otherThanSquared(Loss loss) {
    if (loss == SQUARED) {
      return Optional.empty();
    }
    String help = "";
    if (loss == MEAN_SQUARED) {
      help = "; descent on " + SQUARED.text + " is the same with step sizes divided by n";
    } else if (loss instanceof Losses) {
      help =
          "; of the descent theorems LastLayerConvexDescent alone covers it, for a run that trains"
              + " only the last layer";
    }
    return Optional.of("the loss is " + loss.text() + help);
  }

  public Kind kind() {
    return kind;
  }

  @Override
  public boolean averages() {
    return this == MEAN_SQUARED || this == MEAN_CROSS_ENTROPY || this == MEAN_LOGISTIC;
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
        switch (kind) {
          case SQUARES -> squares(outputs, targets, scale, gradient);
          case ENTROPIES -> entropies(outputs, targets, outputs.length / samples, scale, gradient);
          case LOGISTIC -> logistic(outputs, targets, scale, gradient);
        };
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

  /** With exponentials of negative numbers only, so that neither tail overflows or cancels. */
  private static double logistic(
      double[] outputs, double[] targets, double scale, double[] gradient) {
    double sum = 0;
    for (int i = 0; i < outputs.length; i++) {
      double margin = targets[i] * outputs[i];
      double e = Math.exp(-Math.abs(margin));
      sum += Math.max(-margin, 0) + Math.log1p(e);
      gradient[i] = -scale * targets[i] * ((margin >= 0 ? e : 1) / (1 + e));
    }
    return sum;
  }

  @Override
  public void requireTargets(double[] targets, int samples) {
    switch (kind) {
      case SQUARES -> {}
      case ENTROPIES -> requireDistributions(targets, samples);
      case LOGISTIC -> requireSigns(targets, targets.length / samples);
    }
  }

  private void requireSigns(double[] targets, int k) {
    for (int i = 0; i < targets.length; i++) {
      if (Math.abs(targets[i]) != 1) {
        throw new IllegalArgumentException(
            text
                + " expects targets -1 or +1 but sample "
                + i / k
                + " has "
                + targets[i]
                + (targets[i] == 0 ? "; write -1 for the class of target 0" : ""));
      }
    }
  }

  private void requireDistributions(double[] targets, int samples) {
    int k = targets.length / samples;
    if (k == 1) {
      throw new IllegalArgumentException(
          text
              + " expects at least 2 outputs but got 1, for which the loss and its gradient are 0"
              + " whatever the network is; use targets -1 and +1 with "
              + LOGISTIC.name()
              + " or "
              + SQUARED.name()
              + ", or a network with two outputs");
    }
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
