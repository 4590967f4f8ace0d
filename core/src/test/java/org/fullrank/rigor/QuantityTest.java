package org.fullrank.rigor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.Test;

class QuantityTest {
  private static Quantity quantity(Rigor rigor, Subject subject) {
    return new Quantity("x", new Interval(1, 2), rigor, subject, "test");
  }

  @Test
  void combinationsNeverStrengthen() {
    List<BinaryOperator<Quantity>> operations =
        List.of(
            Quantity::add,
            Quantity::subtract,
            Quantity::multiply,
            Quantity::divide,
            (a, b) -> a.combine("y", b, Interval::hull),
            (a, b) -> a.perturbedBy(b, Subject.EXACT_NETWORK));
    for (Rigor first : Rigor.values()) {
      for (Rigor second : Rigor.values()) {
        for (BinaryOperator<Quantity> operation : operations) {
          Quantity result =
              operation.apply(
                  quantity(first, Subject.EXACT_NETWORK), quantity(second, Subject.EXACT_NETWORK));
          assertThat(result.rigor()).isLessThanOrEqualTo(first).isLessThanOrEqualTo(second);
        }
        assertThat(quantity(first, Subject.STORED_MATRIX).weakenedTo(second).rigor())
            .isEqualTo(Rigor.weakest(first, second));
      }
    }
    assertThat(quantity(Rigor.SAMPLED, Subject.EXACT_NETWORK).sqrt().isProof()).isFalse();
  }

  @Test
  void subjectIsTheNarrowest() {
    for (Subject first : Subject.values()) {
      for (Subject second : Subject.values()) {
        Subject result =
            quantity(Rigor.VERIFIED, first).add(quantity(Rigor.VERIFIED, second)).subject();
        assertThat(result).isLessThanOrEqualTo(first).isLessThanOrEqualTo(second);
      }
    }
  }

  @Test
  void whatIsDerivedIsAsWeakAsTheWeakestAndAsNarrowAsTheNarrowest() {
    for (Rigor rigor : Rigor.values()) {
      for (Subject subject : Subject.values()) {
        Quantity strong = quantity(Rigor.VERIFIED, Subject.EXACT_NETWORK);
        Quantity weak = quantity(rigor, subject);
        List<Quantity> all =
            List.of(
                Quantity.derived("y", "f", Interval.ONE, weak),
                Quantity.derived("y", "f", Interval.ONE, weak, strong, strong),
                Quantity.derived("y", "f", Interval.ONE, strong, weak, strong),
                Quantity.derived("y", "f", Interval.ONE, strong, strong, weak),
                strong.weakenedTo(rigor, subject),
                weak.weakenedTo(Rigor.VERIFIED, Subject.EXACT_NETWORK));
        for (Quantity result : all) {
          assertThat(result.rigor()).isEqualTo(rigor);
          assertThat(result.subject()).isEqualTo(subject);
        }
        assertThat(StructuralFact.ofData("y", weak).rigor()).isEqualTo(rigor);
      }
    }
    Quantity one = quantity(Rigor.SAMPLED, Subject.EXACT_NETWORK);
    Quantity other = quantity(Rigor.COMPUTED, Subject.STORED_MATRIX);
    Quantity both = Quantity.derived("y", "a formula", Interval.ONE, one, other);
    assertThat(both)
        .isEqualTo(Quantity.sampled("y", Interval.ONE, Subject.STORED_MATRIX, "a formula"));
  }

  @Test
  void whatIsNotProvedCannotBeMadeSo() {
    Subject subject = Subject.STORED_MATRIX;
    assertThat(Quantity.assumed("y", Interval.ONE, subject, "m").rigor()).isEqualTo(Rigor.ASSUMED);
    assertThat(Quantity.sampled("y", Interval.ONE, subject, "m").rigor()).isEqualTo(Rigor.SAMPLED);
    assertThat(Quantity.computed("y", Interval.ONE, subject, "m").rigor())
        .isEqualTo(Rigor.COMPUTED);
    assertThat(Quantity.computed("y", 1, subject, "m").rigor()).isEqualTo(Rigor.COMPUTED);
  }

  @Test
  void perturbationWidensByTheMagnitudeOfTheError() {
    Quantity error = Quantity.verified("e", new Interval(0, 0.5), Subject.EXACT_NETWORK, "bound");
    Quantity result =
        quantity(Rigor.VERIFIED, Subject.STORED_MATRIX).perturbedBy(error, Subject.EXACT_NETWORK);
    assertThat(result.interval()).isEqualTo(new Interval(0.5, 2.5));
    assertThat(result.subject()).isEqualTo(Subject.EXACT_NETWORK);
    Quantity unknown = Quantity.verified("e", Interval.atLeast(0), Subject.EXACT_NETWORK, "none");
    assertThat(result.perturbedBy(unknown, Subject.EXACT_NETWORK).interval())
        .isEqualTo(Interval.ENTIRE);
  }

  @Test
  void anErrorOfAnotherObjectDoesNotReachTheNetwork() {
    Quantity error = Quantity.verified("e", Interval.ZERO, Subject.EXACT_PRODUCT, "of a product");
    Quantity stored = quantity(Rigor.VERIFIED, Subject.STORED_MATRIX);
    assertThat(stored.perturbedBy(error, Subject.EXACT_PRODUCT).isProof()).isTrue();
    assertThatThrownBy(() -> stored.perturbedBy(error, Subject.EXACT_NETWORK))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("about the exact product");
  }

  @Test
  void printsWhatIsKnown() {
    assertThat(quantity(Rigor.VERIFIED, Subject.STORED_MATRIX))
        .hasToString("x in [1, 2] (verified, the stored matrix, its doubles taken as exact; test)");
    assertThatThrownBy(() -> quantity(Rigor.VERIFIED, Subject.STORED_MATRIX).withSymbol(" "))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
