package org.example.consumer;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.fullrank.nn.Accuracy;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Regularity;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.rigor.Kinks;
import org.fullrank.testkit.ActivationContract;
import org.fullrank.testkit.LayerContract;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** An activation of the application's own, and a layer with it, through the published contracts. */
final class OwnTest {
  /** {@code max(x - 0.5, 0)}, rounded once. */
  private record Hinge() implements Activation {
    @Override
    public String name() {
      return "hinge";
    }

    @Override
    public double value(double x) {
      return Math.max(x - 0.5, 0);
    }

    @Override
    public double derivative(double x) {
      return x > 0.5 ? 1 : 0;
    }

    @Override
    public double secondDerivative(double x) {
      return 0;
    }

    @Override
    public Regularity regularity() {
      double infinity = Double.POSITIVE_INFINITY;
      return new Regularity(1, infinity, false, false, false, OptionalInt.empty());
    }

    @Override
    public Optional<Kinks> kinks() {
      return Optional.of(Kinks.at(0.5, 1));
    }

    @Override
    public Optional<Accuracy> accuracy() {
      return Optional.of(new Accuracy(0x1p-53, 0, 0, 0));
    }
  }

  @TestFactory
  Stream<DynamicTest> activation() {
    return ActivationContract.of(new Hinge());
  }

  @TestFactory
  Stream<DynamicTest> layer() {
    return LayerContract.of(Elementwise.of(new Hinge()), Shape.of(3));
  }
}
