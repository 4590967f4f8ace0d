package org.fullrank.expressivity;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.spectrum.RankAnalysis;
import org.fullrank.spectrum.RankReport;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The expressivity condition {@code rank [h(X), 1] = n} of Kawaguchi and Sun (2021, Assumption 1)
 * for a network at given parameters, {@code h} the input of the last layer. What it says about
 * reachable targets presumes that the last layer is affine with a bias; that is not checked.
 *
 * <p>Certified through an approximate right inverse that is checked in plain Java, which reaches
 * condition numbers near {@code 1e14}; beyond, rounding may have made the rank, and the answer is
 * {@code UNDECIDED}. Cost: one forward pass, a singular value decomposition of {@code [n, w + 1]}
 * and two or three products of {@code n^2 w}.
 */
public final class ExpressivityCondition {
  private final Network network;
  private final INDArray theta;
  private final RankAnalysis analysis;

  private ExpressivityCondition(Network network, INDArray theta, RankAnalysis analysis) {
    this.network = network;
    this.theta = theta;
    this.analysis = analysis;
  }

  /**
   * The condition for a network.
   *
   * @param network its last layer reads the features
   * @param theta parameters {@code [p]}, empty if all layers are fixed; not copied
   * @return the condition
   */
  public static ExpressivityCondition of(Network network, INDArray theta) {
    if (network.parameterCount() > 0 || !theta.isEmpty()) {
      TensorChecks.requireShape("theta", theta, network.parameterCount());
      TensorChecks.requireReal("theta", theta.dataType());
      TensorChecks.requireFinite("theta", theta);
    }
    return new ExpressivityCondition(network, theta, RankAnalysis.withDefaults());
  }

  /**
   * The same condition decided by another rank analysis.
   *
   * @param newAnalysis with other candidates or threads
   * @return the changed condition
   */
  public ExpressivityCondition withAnalysis(RankAnalysis newAnalysis) {
    return new ExpressivityCondition(network, theta, newAnalysis);
  }

  /**
   * Checks the condition on inputs.
   *
   * @param x inputs {@code [n, ...input]}
   * @return the verdict with its margin, or the causes of failure
   */
  public ExpressivityReport check(INDArray x) {
    try (INDArray features = network.features(theta, x)) {
      double[][] h = matrix(features);
      List<Cause> causes =
          Structure.causes(matrix(x), h, featureDegree(), !network.couplesSamples());
      try (INDArray m = Tensors.ofRows(withOnes(h))) {
        RankReport rank = analysis.analyze(m);
        return new ExpressivityReport(
            h.length, h[0].length, causes, Structure.constantColumns(h), rank);
      }
    }
  }

  private OptionalInt featureDegree() {
    int layers = network.layers().size();
    return layers == 1 ? OptionalInt.of(1) : network.prefix(layers - 1).polynomialDegree();
  }

  /** Samples as rows. */
  private static double[][] matrix(INDArray a) {
    double[] v = Tensors.toDoubles(a);
    int n = (int) a.size(0);
    int d = v.length / n;
    double[][] rows = new double[n][];
    for (int i = 0; i < n; i++) {
      rows[i] = Arrays.copyOfRange(v, i * d, (i + 1) * d);
    }
    return rows;
  }

  private static double[][] withOnes(double[][] h) {
    double[][] m = new double[h.length][];
    for (int i = 0; i < m.length; i++) {
      m[i] = Arrays.copyOf(h[i], h[i].length + 1);
      m[i][h[i].length] = 1;
    }
    return m;
  }
}
