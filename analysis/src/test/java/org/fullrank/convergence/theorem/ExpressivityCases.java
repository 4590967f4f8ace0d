package org.fullrank.convergence.theorem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Theorem;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.rigor.Verdict;

/** Networks on 20 samples in 6 dimensions, and what a test asks of a theorem. */
final class ExpressivityCases {
  static final int N = 20;
  static final int D = 6;

  private ExpressivityCases() {}

  static Network network(Activation phi, double sigmaB, boolean outputBias, int... widths) {
    List<Layer> layers = new ArrayList<>();
    int in = D;
    for (int l = 0; l < widths.length; l++) {
      Dense dense = Dense.of("h" + l, in, widths[l]).withSigmaW(2);
      layers.add(sigmaB < 0 ? dense : dense.withBias(sigmaB));
      layers.add(Elementwise.of(phi));
      in = widths[l];
    }
    Dense out = Dense.of("out", in, 2);
    layers.add(outputBias ? out.withBias(0.7) : out);
    return Network.of(Shape.of(D), layers);
  }

  static TrainingProblem problem(Network network) {
    return problem(network, LastLayerCases.gaussian(N, D, new Random(11)));
  }

  static TrainingProblem problem(Network network, double[][] x) {
    return TrainingProblem.of(
        network,
        network.initialize(Seed.of(4)),
        Tensors.ofRows(x),
        Tensors.ofRows(LastLayerCases.gaussian(N, 2, new Random(12))));
  }

  static TrainingProblem tanh(int... widths) {
    return problem(network(Activations.TANH, 1, true, widths));
  }

  static Certificate proved(Theorem theorem, TrainingProblem problem) {
    Certificate certificate = theorem.check(problem);
    assertThat(certificate.isProof()).as(certificate.toString()).isTrue();
    return certificate;
  }

  static void refused(Theorem theorem, TrainingProblem problem, Verdict verdict, String reason) {
    Certificate certificate = theorem.check(problem);
    assertThat(certificate.verdict()).as(certificate.toString()).isEqualTo(verdict);
    assertThat(certificate.conclusion()).isEmpty();
    assertThat(certificate.obstacle().map(HypothesisCheck::toString).orElseThrow())
        .contains(reason);
  }
}
