package org.fullrank.testkit;

import java.util.List;
import java.util.stream.Stream;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Shape;
import org.junit.jupiter.api.DynamicTest;

/**
 * What every layer must do. Derivatives are held against differences of the layer's own value, Gram
 * products against the Jacobian rows, single precision against double precision, pieces of the
 * samples against the whole, declarations and enclosures against sampled values.
 */
public final class LayerContract {
  private LayerContract() {}

  /**
   * The tests of one layer, at Gaussian parameters and inputs that are the same in every run. They
   * take some milliseconds each for layers of a few dozen parameters; their time and memory grow
   * with the product of parameters and outputs, so a small instance is best.
   *
   * <p>Value and derivatives have to be defined around standard normal parameters and inputs. The
   * value is compared at distances of {@code 1e-4}; where that crosses a kink, derivatives are not
   * checked.
   *
   * @param layer the layer
   * @param input shape of a sample's input
   * @return tests for a method with {@link org.junit.jupiter.api.TestFactory}
   */
  public static Stream<DynamicTest> of(Layer layer, Shape input) {
    LayerCase point = new LayerCase(layer, input);
    return Stream.of(
            new DescriptionChecks(point).tests(),
            new DerivativeChecks(point).tests(),
            new BlockChecks(point).tests(),
            new BatchChecks(point).tests(),
            new SinglePrecisionChecks(point).tests(),
            new TraitChecks(point).tests(),
            EnclosureChecks.tests(point))
        .flatMap(List::stream);
  }
}
