package org.fullrank.testkit;

import java.util.List;
import java.util.stream.Stream;
import org.fullrank.nn.Activation;
import org.junit.jupiter.api.DynamicTest;

/**
 * What every activation must do. Derivatives are held against differences of values, and every
 * statement against values that would contradict it: constants, flags, kinks, symmetries, range,
 * accuracy, and enclosures of the function over intervals.
 */
public final class ActivationContract {
  private ActivationContract() {}

  /**
   * The tests of one activation, at numbers that are the same in every run: most of them between
   * -30 and 30, and around its kinks. They take some milliseconds each.
   *
   * <p>Without a reference a stated accuracy can be contradicted only where enclosures contradict
   * each other: compare with a reference of more digits besides.
   *
   * @param activation the activation
   * @return tests for a method with {@link org.junit.jupiter.api.TestFactory}
   */
  public static Stream<DynamicTest> of(Activation activation) {
    ActivationPoints points = new ActivationPoints(activation);
    return Stream.of(
            new FunctionChecks(points).tests(),
            new StatementChecks(points).tests(),
            new ArrayChecks(activation).tests(),
            new JetChecks(points).tests())
        .flatMap(List::stream);
  }
}
