package org.example.consumer;

import org.fullrank.linalg.Backend;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.Residual;
import org.fullrank.ntk.EmpiricalNtk;
import org.fullrank.ntk.GramMatrix;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Verdict;
import org.fullrank.spectrum.CholeskyBound;
import org.fullrank.spectrum.Extremes;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An application that has only the published artifacts: a small residual network, its NTK, a proved
 * eigenvalue.
 */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.out.println(
        "analysis from " + Interval.class.getProtectionDomain().getCodeSource().getLocation());
    Network network =
        Network.of(
            Shape.of(2),
            Dense.of("in", 2, 32).withBias(0.1),
            Residual.of(0.5, Dense.of("block", 32, 32), Elementwise.of(Activations.TANH)),
            Dense.of("out", 32, 1));
    INDArray theta = network.initialize(Seed.of(42));
    INDArray x = Tensors.of(new double[] {1, 0, 0, 1, -1, 0.5, 0.3, -2}, 4, 2);
    try (GramMatrix gram = EmpiricalNtk.of(network, theta).gram(x)) {
      Extremes extremes = CholeskyBound.withDefaults().enclose(gram);
      System.out.println(extremes.lambdaMin());
      if (extremes.positiveDefinite() != Verdict.HOLDS || !extremes.lambdaMin().isProof()) {
        throw new IllegalStateException(
            "expected a proved positive eigenvalue, got " + extremes.lambdaMin());
      }
    }
    System.out.println(Backend.describe().summary());
    System.out.println(
        "self-test " + Backend.selfTest().status() + " on Java " + Runtime.version().feature());
  }
}
