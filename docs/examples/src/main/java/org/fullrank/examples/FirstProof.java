package org.fullrank.examples;

import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.theorem.JacobianDescent;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Initializer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A network, four samples, and a proof that gradient descent fits them. Takes no arguments. */
public final class FirstProof {
  private FirstProof() {}

  public static void main(String[] args) {
    Network network =
        Network.of(
            Shape.of(2),
            Dense.of("in", 2, 32).withBias(0.1),
            Elementwise.of(Activations.TANH),
            // A zero readout with a large factor: the outputs start at 0, the kernel is large.
            Dense.of("out", 32, 1).withSigmaW(1000).withWeights(Initializer.zeros()));
    INDArray theta = network.initialize(Seed.of(42));
    INDArray x = Tensors.of(new double[] {1, 0, 0, 1, -1, 0.5, 0.3, -2}, 4, 2);
    INDArray y = Tensors.of(new double[] {1, -1, 1, -1}, 4, 1);

    TrainingProblem problem = TrainingProblem.of(network, theta, x, y); // 1/2 sum of squares
    Certificate certificate = JacobianDescent.withDefaults().check(problem);
    System.out.println(certificate); // printed like a proof
    System.out.println();
    System.out.println(
        certificate.summary()); // or in one line; it names the obstacle if there is one
  }
}
