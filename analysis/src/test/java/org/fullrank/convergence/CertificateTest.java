package org.fullrank.convergence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.fullrank.convergence.Prediction.Monitored;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.junit.jupiter.api.Test;

final class CertificateTest {
  private static final Citation SOURCE =
      new Citation(
          "A. Author, B. Writer", "A paper", "J. Proofs 1 (2020)", "With explicit constants.");
  private static final Quantity ONE = exact("1", Interval.ONE);

  /** From the mildest to the most severe. */
  private static final List<Verdict> SEVERITY =
      List.of(Verdict.HOLDS, Verdict.UNDECIDED, Verdict.FAILS, Verdict.INAPPLICABLE);

  @Test
  void summaryIsOneLineThatDoesNotSayThatDescentFails() {
    HypothesisCheck holds = HypothesisCheck.less("h < 1", exact("h", Interval.of(0.25)), ONE);
    HypothesisCheck positive =
        HypothesisCheck.less("s0 > 0", exact("0", Interval.ZERO), exact("s0", Interval.of(0.5)));
    HypothesisCheck open =
        HypothesisCheck.less("s0 > 0", exact("0", Interval.ZERO), exact("s0", Interval.of(0, 0.5)));
    HypothesisCheck fails = HypothesisCheck.less("h < 1", exact("h", Interval.of(3)), ONE);
    assertThat(summary(holds, positive)).isEqualTo("proved: theorem: it converges");
    assertThat(summary(holds, open))
        .isEqualTo("no guarantee: theorem (UNDECIDED: s0 > 0: s0 in [0, 0.5], to be more than 0)");
    assertThat(summary(fails))
        .isEqualTo("no guarantee: theorem (FAILS: h < 1: h = 3, to be less than 1; margin -2)");
    assertThat(summary(structural("a dense layer", Verdict.INAPPLICABLE, Rigor.VERIFIED)))
        .startsWith("not applicable: theorem: a dense layer");
    assertThat(positive.toString()).contains("(s0 = 0.5 > 0;");
    HypothesisCheck zero = HypothesisCheck.less("h < 1", exact("h", Interval.ZERO), ONE);
    assertThat(zero.toString()).contains("(h = 0, to be less than 1; margin 1;");
  }

  private static String summary(HypothesisCheck... checks) {
    return Standing.aboutSomeProblem(
            Certificate.of(
                "theorem", SOURCE, List.of(checks), () -> Conclusion.of("it converges"), List.of()))
        .summary();
  }

  @Test
  void severalPapersAreCitedOneAfterTheOther() {
    assertThat(new Citation("A; B, C", "first; second", "X 2019; Y 2020", "Restated."))
        .hasToString("A, first, X 2019; B, C, second, Y 2020. Restated.");
    assertThat(new Citation("A", "first", "X 2019; Y 2020", "Restated."))
        .hasToString("A, first, X 2019; Y 2020. Restated.");
  }

  @Test
  void verdictIsThatOfTheWorstCheckInAnyOrder() {
    for (Verdict a : Verdict.values()) {
      for (Verdict b : Verdict.values()) {
        for (Verdict c : Verdict.values()) {
          List<Verdict> all = List.of(a, b, c);
          List<HypothesisCheck> checks = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            checks.add(structural("hypothesis " + i, all.get(i), Rigor.VERIFIED));
          }
          List<String> drawn = new ArrayList<>();
          Certificate certificate =
              Standing.aboutSomeProblem(
                  Certificate.of(
                      "theorem",
                      SOURCE,
                      checks,
                      () -> {
                        drawn.add("asked");
                        return Conclusion.of("it converges");
                      },
                      List.of()));
          int worst = all.stream().mapToInt(SEVERITY::indexOf).max().orElseThrow();
          assertThat(certificate.verdict()).isEqualTo(SEVERITY.get(worst));
          boolean holds = worst == 0;
          assertThat(certificate.conclusion().isPresent()).isEqualTo(holds);
          assertThat(certificate.isProof()).isEqualTo(holds);
          assertThat(drawn).hasSize(holds ? 1 : 0);
          assertThat(certificate.obstacle().map(HypothesisCheck::statement))
              .isEqualTo(
                  holds
                      ? Optional.empty()
                      : Optional.of("hypothesis " + all.indexOf(SEVERITY.get(worst))));
        }
      }
    }
    assertThatThrownBy(
            () ->
                Standing.aboutSomeProblem(
                    Certificate.of("t", SOURCE, List.of(), () -> Conclusion.of("c"), List.of())))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPredictionThatSaysNothingIsNotDrawn() {
    Quantity zero = exact("0", Interval.of(0, 1));
    Quantity unbounded = exact("big", Interval.atLeast(0));
    Monitored m = Monitored.EXCESS_LOSS;
    Monitored above = Monitored.LOSS_ABOVE_REFERENCE;
    vacuous(Prediction.of(m, ONE, 1, zero, ONE), "rate is positive");
    vacuous(Prediction.flow(m, ONE, zero, ONE), "rate is positive");
    vacuous(Prediction.of(m, unbounded, 1, ONE, ONE), "bounded at the start");
    vacuous(Prediction.flow(m, unbounded, ONE, ONE), "bounded at the start");
    vacuous(Prediction.reciprocal(m, unbounded, 1, ONE, ONE), "bounded at the start");
    vacuous(Prediction.reciprocal(m, ONE, 1, unbounded, ONE), "constant of the envelope");
    vacuous(
        Prediction.reciprocal(above, ONE, 1, ONE, ONE).withReferenceLoss(unbounded),
        "loss of the reference");
    // A constant may be 0, a radius unbounded.
    assertThat(drawn(Prediction.reciprocal(m, ONE, 1, zero, unbounded)).isProof()).isTrue();
    assertThat(drawn(Prediction.of(m, ONE, 1, ONE, unbounded)).isProof()).isTrue();
  }

  private static void vacuous(Prediction prediction, String statement) {
    Certificate certificate = drawn(prediction);
    assertThat(certificate.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(certificate.conclusion()).isEmpty();
    assertThat(certificate.isProof()).isFalse();
    assertThat(certificate.obstacle().orElseThrow().statement()).contains(statement);
  }

  private static Certificate drawn(Prediction prediction) {
    return Standing.aboutSomeProblem(
        Certificate.of(
            "theorem",
            SOURCE,
            List.of(structural("hypothesis", Verdict.HOLDS, Rigor.VERIFIED)),
            () -> Conclusion.of("it converges", prediction),
            List.of()));
  }

  @Test
  void aReferenceLossWeakensItsPrediction() {
    Quantity weak = Quantity.computed("L(wbar)", 1, Subject.STORED_MATRIX, "test");
    Prediction p =
        Prediction.reciprocal(Monitored.LOSS_ABOVE_REFERENCE, ONE, 1, ONE, ONE)
            .withReferenceLoss(weak);
    assertThat(p.rigor()).isEqualTo(Rigor.COMPUTED);
    assertThat(p.subject()).isEqualTo(Subject.STORED_MATRIX);
    assertThat(drawn(p).isProof()).isFalse();
    assertThat(p.withLayerRadius(ONE).withFailureProbability(ONE).referenceLoss()).contains(weak);
    assertThat(p.toString()).contains("L(w_t) - L(wbar) <= ").contains("L(wbar) in");
  }

  @Test
  void neverMoreRigorousThanItsWeakestPart() {
    for (Rigor rigor : Rigor.values()) {
      for (Subject subject : Subject.values()) {
        Quantity weak = new Quantity("q", Interval.of(0.25), rigor, subject, "test");
        boolean proof = rigor == Rigor.VERIFIED && subject == Subject.EXACT_NETWORK;
        List<Certificate> certificates =
            List.of(
                holding(HypothesisCheck.less("q < 1", weak, ONE), ONE, ONE, ONE),
                holding(
                    HypothesisCheck.less("0 < q", exact("0", Interval.ZERO), weak), ONE, ONE, ONE),
                holding(
                    HypothesisCheck.structural("s", Verdict.HOLDS, rigor, subject, "because"),
                    ONE,
                    ONE,
                    ONE),
                holding(HypothesisCheck.premise("p", true, "seen"), weak, ONE, ONE),
                holding(HypothesisCheck.premise("p", true, "seen"), ONE, weak, ONE),
                holding(HypothesisCheck.premise("p", true, "seen"), ONE, ONE, weak));
        for (Certificate certificate : certificates) {
          assertThat(certificate.verdict()).isEqualTo(Verdict.HOLDS);
          assertThat(certificate.rigor()).isEqualTo(rigor);
          assertThat(certificate.subject()).isEqualTo(subject);
          assertThat(certificate.isProof()).isEqualTo(proof);
          assertThat(certificate.toString())
              .contains(proof ? "HOLDS, proved for" : "HOLDS, but not a proof");
        }
      }
    }
  }

  private static Certificate holding(
      HypothesisCheck check, Quantity initial, Quantity rate, Quantity radius) {
    return Standing.aboutSomeProblem(
        Certificate.of(
            "theorem",
            SOURCE,
            List.of(HypothesisCheck.premise("first", true, "seen"), check),
            () ->
                Conclusion.of(
                    "it converges", Prediction.of(Monitored.EXCESS_LOSS, initial, 1, rate, radius)),
            List.of("a limit")));
  }

  @Test
  void inequalitiesAreDecidedByTheirEnclosures() {
    Quantity third = exact("h", Interval.fromDecimal("0.33333333333333333333"));
    assertThat(HypothesisCheck.less("h < 1", third, ONE).verdict()).isEqualTo(Verdict.HOLDS);
    assertThat(HypothesisCheck.less("1 < h", ONE, third).verdict()).isEqualTo(Verdict.FAILS);
    assertThat(HypothesisCheck.less("1 < 1", ONE, ONE).verdict()).isEqualTo(Verdict.FAILS);
    Quantity wide = exact("h", Interval.of(0.5, 1.5));
    assertThat(HypothesisCheck.less("h < 1", wide, ONE).verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(HypothesisCheck.less("h < 1", wide, ONE).margin()).hasValue(Interval.of(-0.5, 0.5));
    assertThat(HypothesisCheck.less("h < 1", exact("h", Interval.ENTIRE), ONE).verdict())
        .isEqualTo(Verdict.UNDECIDED);
    assertThat(HypothesisCheck.premise("p", false, "layer X").verdict())
        .isEqualTo(Verdict.INAPPLICABLE);
    assertThatThrownBy(() -> HypothesisCheck.premise(" ", true, "seen"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void printsLikeAProof() {
    Certificate proof =
        Standing.aboutSomeProblem(
            Certificate.of(
                "gradient descent with a slowly changing Jacobian",
                SOURCE,
                List.of(
                    HypothesisCheck.premise(
                        "all layers are smooth", true, "seen in the description"),
                    HypothesisCheck.less(
                        "the step is short: eta beta^2 < 2",
                        exact("eta beta^2", Interval.of(1 / 3.0, Math.nextUp(1 / 3.0))),
                        exact("2", Interval.of(2)))),
                () ->
                    Conclusion.of(
                        "gradient descent reaches zero loss, a global minimum, at a linear rate",
                        Prediction.of(
                            Monitored.RESIDUAL_NORM,
                            exact("R0", Interval.of(1, 1.23456789)),
                            0.015625,
                            exact("rate", Interval.of(0.0123456789)),
                            exact("r", Interval.of(0, 2)))),
                List.of(
                    "It speaks of full-batch gradient descent.", "Nothing about other inputs.")));
    assertThat(proof.toString())
        .isEqualTo(
            """
            Theorem: gradient descent with a slowly changing Jacobian
            Source: A. Author, B. Writer, A paper, J. Proofs 1 (2020). With explicit constants.
            Hypotheses:
              1. HOLDS: all layers are smooth
                 seen in the description
                 [VERIFIED, about the network in exact arithmetic]
              2. HOLDS: the step is short: eta beta^2 < 2
                 eta beta^2 in [0.333333, 0.333334], to be less than 2; margin [1.66666, 1.66667]
                 [VERIFIED, about the network in exact arithmetic]
            Verdict: HOLDS, proved for the network in exact arithmetic
            Conclusion: gradient descent reaches zero loss, a global minimum, at a linear rate: with step size
                        0.015625, ||f - y|| <= 1.23457 (1 - 0.0123456)^t, and theta stays within 2 of its start
            It does not say:
              - It speaks of full-batch gradient descent.
              - Nothing about other inputs.\
            """);
    Certificate open =
        Standing.aboutSomeProblem(
            Certificate.of(
                "theorem",
                SOURCE,
                List.of(
                    HypothesisCheck.less(
                        "h < 1", Quantity.computed("h", 1.5, Subject.STORED_MATRIX, "sum"), ONE)),
                () -> Conclusion.of("it converges"),
                List.of()));
    assertThat(open.toString())
        .isEqualTo(
            """
            Theorem: theorem
            Source: A. Author, B. Writer, A paper, J. Proofs 1 (2020). With explicit constants.
            Hypotheses:
              1. FAILS: h < 1
                 h ~ 1.5, to be less than 1; margin -0.5
                 [COMPUTED, about the stored matrix, its doubles taken as exact]
            Verdict: FAILS (COMPUTED, about the stored matrix, its doubles taken as exact); obstacle: h < 1\
            """);
    assertThat(open.checks().get(0).toString())
        .isEqualTo(
            "FAILS: h < 1 (h ~ 1.5, to be less than 1; margin -0.5; COMPUTED, about the stored"
                + " matrix, its doubles taken as exact)");
  }

  private static HypothesisCheck structural(String statement, Verdict verdict, Rigor rigor) {
    return HypothesisCheck.structural(statement, verdict, rigor, Subject.EXACT_NETWORK, "a reason");
  }

  private static Quantity exact(String symbol, Interval value) {
    return Quantity.verified(symbol, value, Subject.EXACT_NETWORK, "test");
  }
}
