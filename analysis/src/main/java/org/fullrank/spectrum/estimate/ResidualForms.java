package org.fullrank.spectrum.estimate;

import java.util.ArrayList;
import java.util.List;

/**
 * Quadratic forms {@code d u^T B u} of vectors uniform on the unit sphere of a subspace of
 * dimension {@code d}, with the images {@code B u}, from which their variance is predicted.
 */
final class ResidualForms {
  private final int n;
  private final boolean independent;
  private final List<Double> forms = new ArrayList<>();
  private final List<Double> known = new ArrayList<>();
  private double squares;
  private double size;
  private double dimension;

  ResidualForms(int n, boolean independent) {
    this.n = n;
    this.independent = independent;
  }

  /** One form without a part that is known. */
  void add(double[] u, double[] image, double d) {
    add(0, u, image, d);
  }

  /**
   * One form plus a known number of its own.
   *
   * @param u a unit vector of the subspace
   * @param image {@code B u}
   */
  void add(double own, double[] u, double[] image, double d) {
    double form = d * ProbeVectors.dot(u, image);
    double norm = ProbeVectors.norm(image);
    forms.add(form);
    known.add(own);
    squares += d * norm * norm;
    size += d * norm + Math.abs(own);
    dimension = d;
  }

  /** The mean of known parts and forms, plus {@code common}, in the units of the operator. */
  SampledEstimate estimate(
      double common, double slack, double level, ProbeOperator operator, String method) {
    int m = forms.size();
    double[] samples = new double[m];
    double trace = 0;
    for (int i = 0; i < m; i++) {
      samples[i] = known.get(i) + forms.get(i);
      trace += forms.get(i) / m;
    }
    double variance = Confidence.predictedVariance(dimension, trace, squares / m);
    double rounding = Confidence.rounding(n, Math.abs(common) + size / m, operator.unit());
    SampledEstimate scaled =
        Confidence.mean(
            common, samples, variance, slack + rounding, level, operator.columns(), method);
    SampledEstimate safe =
        independent ? scaled : Confidence.dependentMean(scaled, slack + rounding);
    return safe.times(operator.unscaled(1));
  }
}
