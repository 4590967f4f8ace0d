package org.fullrank.expressivity;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.fullrank.enclosure.EnclosedNetwork;
import org.fullrank.enclosure.NetworkEnclosure;
import org.fullrank.linalg.TensorChecks;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.StructuralFact;
import org.fullrank.rigor.Subject;
import org.fullrank.spectrum.RankAnalysis;
import org.fullrank.spectrum.RankReport;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The expressivity condition {@code rank [h(X), 1] = n} of Kawaguchi and Sun (2021, Assumption 1)
 * for a network at given parameters, {@code h} the input of the last layer. What it says about
 * reachable targets presumes that the last layer is affine with a bias; that is not checked.
 *
 * <p>Certified through an approximate right inverse that is checked in plain Java, which reaches
 * condition numbers near {@code 1e14}; beyond, rounding may have made the rank, and the answer is
 * {@code UNDECIDED}. If every layer below the last can be {@linkplain NetworkEnclosure enclosed},
 * the distance of the stored features from those of the network in exact arithmetic is bounded
 * after the fact, and a margin that exceeds it proves the condition for the network itself. Cost:
 * two forward passes, a singular value decomposition of {@code [n, w + 1]} and two or three
 * products of {@code n^2 w}.
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
      List<Cause> causes = causes(x, h);
      try (INDArray m = Tensors.ofRows(withOnes(h))) {
        RankReport rank = analysis.analyze(m);
        Optional<String> obstacle = obstacle(x.dataType());
        Optional<Quantity> error =
            obstacle.isEmpty() && causes.isEmpty()
                ? Optional.of(featureError(x, h))
                : Optional.empty();
        return new ExpressivityReport(
            h.length, h[0].length, causes, Structure.constantColumns(h), rank, error, obstacle);
      }
    }
  }

  /**
   * The structural reasons why {@code [h(X), 1]} cannot have full row rank: what {@link #check}
   * finds before it decomposes anything.
   *
   * @param x inputs {@code [n, ...input]}, finite
   * @param features the stored features {@code [n][w]} on these inputs, finite, whoever computed
   *     them; what rests on their values is about the stored matrix only
   * @return empty if counting and comparing finds none
   * @throws IllegalArgumentException if a shape does not fit or a number is not finite
   */
  public List<Cause> causes(INDArray x, double[][] features) {
    TensorChecks.requireShape("inputs", x, network.inputShape().after(-1));
    double[][] inputs = finite(x);
    requireFeatures(features, inputs.length);
    return Structure.causes(inputs, features, featureDegree(), !network.traits().couplesSamples());
  }

  /** Counting speaks of the exact network only if there are as many features as it has. */
  private void requireFeatures(double[][] features, int samples) {
    int layers = network.layers().size();
    long width =
        layers == 1
            ? network.inputShape().length()
            : network.prefix(layers - 1).outputShape().length();
    if (features.length != samples) {
      throw new IllegalArgumentException(
          "causes expects features of " + samples + " samples but got " + features.length);
    }
    for (int i = 0; i < samples; i++) {
      if (features[i].length != width) {
        throw new IllegalArgumentException(
            "causes expects the "
                + width
                + " features of the network but got "
                + features[i].length
                + " for sample "
                + i);
      }
      for (int q = 0; q < width; q++) {
        if (!Double.isFinite(features[i][q])) {
          throw new IllegalArgumentException(
              "causes expects finite features but got "
                  + features[i][q]
                  + " for sample "
                  + i
                  + ", unit "
                  + q);
        }
      }
    }
  }

  /**
   * The samples whose input repeats an earlier one exactly.
   *
   * @param x inputs {@code [n, ...input]}, finite
   * @return sample numbers from 0, ascending
   * @throws IllegalArgumentException if a number is not finite
   */
  public static List<Long> repeatedInputs(INDArray x) {
    return Structure.repeated(finite(x));
  }

  /** What keeps the features from being enclosed. */
  private Optional<String> obstacle(DataType type) {
    int layers = network.layers().size();
    return layers == 1
        ? Optional.empty()
        : NetworkEnclosure.obstacle(network.prefix(layers - 1), type);
  }

  /** Bound of {@code ||h^ - h(X)||_F} for the stored features, whoever computed them. */
  private Quantity featureError(INDArray x, double[][] stored) {
    int layers = network.layers().size();
    String symbol = "||h^ - h(X)||_F";
    if (layers == 1) { // it reads the inputs themselves
      return StructuralFact.number(
          symbol, Interval.ZERO, Subject.EXACT_NETWORK, EnclosedNetwork.FORWARD);
    }
    Network body = network.prefix(layers - 1);
    INDArray own =
        body.parameterCount() == 0
            ? Tensors.empty(theta.dataType())
            : TensorViews.segment(theta, 0, body.parameterCount());
    EnclosedNetwork exact = NetworkEnclosure.of(body, own).at(x);
    return exact.derived(
        symbol, EnclosedNetwork.FORWARD, new Interval(0, exact.output().distance(stored)));
  }

  private OptionalInt featureDegree() {
    int layers = network.layers().size();
    return layers == 1 ? OptionalInt.of(1) : network.prefix(layers - 1).traits().degree();
  }

  private static double[][] finite(INDArray x) {
    TensorChecks.requireFinite("inputs", x);
    return matrix(x);
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
