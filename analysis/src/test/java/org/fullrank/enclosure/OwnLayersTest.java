package org.fullrank.enclosure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.fullrank.diff.Linearization;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.enclosed.AffineStep;
import org.fullrank.nn.enclosed.ChainStep;
import org.fullrank.nn.enclosed.EnclosedInput;
import org.fullrank.nn.enclosed.EnclosedStep;
import org.fullrank.nn.enclosed.PointwiseStep;
import org.fullrank.nn.enclosed.UnchangedStep;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.rigor.matrix.LinearMap;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Layers from outside that use a tensor of theirs in two affine steps of one unit, or forget it.
 */
final class OwnLayersTest {
  private static final double W = .1;

  /** {@code s v tanh(w x + b) + c}: which parameter is w, b, v and c. */
  private record Unit(double scale, List<Integer> places) implements Layer {
    @Override
    public Shape outputShape(Shape input) {
      return input;
    }

    @Override
    public List<Slot> slots() {
      int count = places.stream().mapToInt(i -> i).max().orElseThrow() + 1;
      return IntStream.range(0, count)
          .mapToObj(i -> new Slot("p" + i, Shape.of(1), i, (v, shape, random) -> v[0] = W))
          .toList();
    }

    @Override
    public Linearization linearize(INDArray theta, INDArray x) {
      throw new UnsupportedOperationException("the test asks for enclosures only");
    }

    @Override
    public Optional<String> enclosureObstacle(DataType type) {
      return Optional.empty();
    }

    @Override
    public EnclosedStep enclose(EnclosedInput in) {
      AffineStep first = affine(in, 1, places.get(0), places.get(1));
      PointwiseStep hidden = Elementwise.of(Activations.TANH).enclose(in.next(first.value(), 0));
      AffineStep last = affine(in.next(hidden.value(), 0), scale, places.get(2), places.get(3));
      return new ChainStep(List.of(first, hidden, last));
    }

    private static AffineStep affine(EnclosedInput in, double factor, int w, int b) {
      LinearMap map = LinearMap.of(new double[][] {in.tensor(w, 1)}, in.threads());
      double[] bias = in.tensor(b, 1);
      return AffineStep.of(in, map, factor, in.slotOffset(w), bias, 1, in.slotOffset(b));
    }
  }

  private static EnclosedNetwork at(Layer unit) {
    Network network = Network.of(Shape.of(1), unit);
    double[] theta = new double[(int) network.parameterCount()];
    Arrays.fill(theta, W);
    return NetworkEnclosure.of(network, Tensors.of(theta, theta.length))
        .at(Tensors.of(new double[] {1}, 1, 1));
  }

  /** Two groups of columns of one tensor would lose the product of both in the Gram. */
  @Test
  void usesThatDoNotAddUpAreRefused() {
    for (Unit unit :
        List.of(
            new Unit(2, List.of(0, 1, 0, 1)),
            new Unit(1, List.of(0, 1, 2, 1)),
            new Unit(1, List.of(0, 1, 0, 2)))) {
      assertThatThrownBy(() -> at(unit).jacobian())
          .as(unit.toString())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("used twice")
          .hasMessageContaining("offset=");
    }
    assertThat(at(new Unit(1, List.of(0, 1, 0, 1))).jacobian().gram().order()).isEqualTo(1);
    assertThat(at(new Unit(2, List.of(0, 1, 2, 3))).jacobian().gram().order()).isEqualTo(1);
  }

  /** A step that forgets its gradients would make the Gram too small. */
  @Test
  void gradientsThatAreMissingAreRefused() {
    Unit whole = new Unit(1, List.of(0, 1, 2, 3));
    Layer silent =
        new Layer() {
          @Override
          public Shape outputShape(Shape input) {
            return input;
          }

          @Override
          public List<Slot> slots() {
            return whole.slots();
          }

          @Override
          public Linearization linearize(INDArray theta, INDArray x) {
            return whole.linearize(theta, x);
          }

          @Override
          public Optional<String> enclosureObstacle(DataType type) {
            return Optional.empty();
          }

          @Override
          public EnclosedStep enclose(EnclosedInput in) {
            return new UnchangedStep(in.x());
          }
        };
    assertThatThrownBy(() -> at(silent).jacobian())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("slot p0 expects gradients of 1 entries but its layer gives none");
    assertThat(at(silent).lipschitz().at(0)).isInfinite();
    assertThat(at(silent).lipschitz(slot -> false).at(0)).isZero();
  }

  /** With a coordinate for each of its uses a bias would move twice as far as it may. */
  @Test
  void noTensorMovesInTwoCoordinates() {
    for (Unit unit : List.of(new Unit(1, List.of(0, 1, 2, 1)), new Unit(1, List.of(0, 1, 0, 2)))) {
      assertThatThrownBy(() -> at(unit).lipschitz())
          .as(unit.toString())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("used twice");
    }
    assertThat(at(new Unit(2, List.of(0, 1, 2, 3))).lipschitz().at(1)).isFinite();
  }

  /**
   * {@code f = 2 w tanh(w + .1)} at {@code w = .1} has {@code f'' = 4 / cosh^2(.2) - .4 tanh(.2) /
   * cosh^2(.2) = 3.76...}; as two layers of their own the constant would be 2.2.
   */
  @Test
  void weightsOfTwoFactorsAreOneTensor() {
    double slope = 1 / (Math.cosh(.2) * Math.cosh(.2));
    assertThat(
            at(new Unit(2, List.of(0, 1, 0, 1))).lipschitz(slot -> slot.name().equals("p0")).at(0))
        .isGreaterThanOrEqualTo(4 * slope - .4 * Math.tanh(.2) * slope);
  }
}
