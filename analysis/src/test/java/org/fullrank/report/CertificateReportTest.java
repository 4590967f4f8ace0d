package org.fullrank.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Citation;
import org.fullrank.convergence.Conclusion;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Standing;
import org.fullrank.io.Json;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.junit.jupiter.api.Test;

final class CertificateReportTest {
  private static final Quantity H = exact("h", Interval.of(0.25, 0.5));
  private static final Quantity ONE = exact("1", Interval.ONE);

  private static Certificate certificate(Quantity h) {
    return Standing.aboutSomeProblem(
        Certificate.of(
            "slow Jacobian",
            new Citation("A. Author", "Title", "arXiv (2020)", "Sharper."),
            List.of(
                HypothesisCheck.premise("smooth | layers", true, "seen"),
                HypothesisCheck.less("h < 1", h, ONE)),
            () ->
                Conclusion.of(
                    "it converges",
                    Prediction.of(
                            Prediction.Monitored.RESIDUAL_NORM,
                            H,
                            0.125,
                            H,
                            exact("r", Interval.of(0, 2)))
                        .withLayerRadius(H)),
            List.of("Nothing about other inputs.")));
  }

  @Test
  void markdownShowsHypothesesVerdictConclusionAndLimits() {
    Dossier dossier = Dossier.titled("t").section("s").certificate(certificate(H));
    assertThat(dossier.certificates()).hasSize(1);
    assertThat(dossier.toMarkdown())
        .contains(
            """
            - **HOLDS**: slow Jacobian (proved about the exact network)
            """,
            """
            **Theorem: slow Jacobian.** A. Author, Title, arXiv (2020). Sharper.

            | Hypothesis | Answer | Numbers | Rigor | About |
            |---|---|---|---|---|
            | smooth \\| layers | **HOLDS** | seen | VERIFIED | exact network |
            | h \\< 1 | **HOLDS** | `h: [0.25, 0.5]` to be less than `1: 1` | VERIFIED | exact network |

            **Verdict: HOLDS** (proved about the exact network).

            **Conclusion.** it converges: with step size 0.125, \\|\\|f - y\\|\\| \\<= 0.5 (1 - 0.25)^t,\
             and theta stays within 2 of its start, each weight matrix within 0.5 of its start.

            It does not say:

            - Nothing about other inputs.
            """,
            "**VERIFIED**",
            "**about: exact network**");
  }

  @Test
  void whatIsNotProvedIsNotCalledProved() {
    Quantity estimate = Quantity.computed("h", 0.25, Subject.STORED_MATRIX, "sum");
    String text = Dossier.titled("t").certificate(certificate(estimate)).toMarkdown();
    assertThat(text)
        .contains(
            "**Verdict: HOLDS** (computed in floating point, no proved error bound; not a proof)")
        .doesNotContain("(proved");
    String open =
        Dossier.titled("t").certificate(certificate(exact("h", Interval.of(0.5, 2)))).toMarkdown();
    assertThat(open)
        .contains("**Verdict: UNDECIDED** (verified enclosures about the exact network)")
        .doesNotContain("Conclusion");
  }

  @Test
  void terminalShowsTheProof() {
    String text = Dossier.titled("t").certificate(certificate(H)).toString();
    assertThat(text).contains(certificate(H).toString());
    assertThat(text).contains("HOLDS        slow Jacobian (proved about the exact network)");
  }

  @Test
  void jsonHoldsAllNumbers() {
    Json.Obj root = (Json.Obj) Json.parse(Dossier.titled("t").certificate(certificate(H)).toJson());
    Json.Obj block = first(first(root, "sections"), "blocks");
    assertThat(text(block, "kind")).isEqualTo("certificate");
    assertThat(text(block, "verdict")).isEqualTo("HOLDS");
    assertThat(block.get("proof")).isEqualTo(new Json.Bool(true));
    Json.Arr hypotheses = (Json.Arr) Objects.requireNonNull(block.get("hypotheses"));
    Json.Obj premise = (Json.Obj) hypotheses.items().get(0);
    assertThat(text(premise, "reason")).isEqualTo("seen");
    Json.Obj inequality = (Json.Obj) hypotheses.items().get(1);
    assertThat(object(inequality, "lhs").get("hi")).isEqualTo(new Json.Num(0.5));
    assertThat(object(inequality, "margin").get("lo")).isEqualTo(new Json.Num(0.5));
    Json.Obj prediction = object(object(block, "conclusion"), "prediction");
    assertThat(prediction.get("stepSize")).isEqualTo(new Json.Num(0.125));
    assertThat(object(prediction, "radius").get("hi")).isEqualTo(new Json.Num(2));
    assertThat(object(prediction, "layerRadius").get("lo")).isEqualTo(new Json.Num(0.25));
    assertThat(prediction.get("failureProbability")).isNull();
    assertThat(prediction.get("referenceLoss")).isNull();
  }

  @Test
  void jsonHoldsTheReferenceLoss() {
    Prediction.Monitored above = Prediction.Monitored.LOSS_ABOVE_REFERENCE;
    Certificate reference =
        Standing.aboutSomeProblem(
            Certificate.of(
                "reference",
                certificate(H).source(),
                certificate(H).checks(),
                () ->
                    Conclusion.of(
                        "it comes close",
                        Prediction.reciprocal(above, ONE, 0.125, ONE, ONE).withReferenceLoss(H)),
                List.of()));
    Json.Obj root = (Json.Obj) Json.parse(Dossier.titled("t").certificate(reference).toJson());
    Json.Obj prediction =
        object(object(first(first(root, "sections"), "blocks"), "conclusion"), "prediction");
    assertThat(text(prediction, "monitored")).isEqualTo("L(w_t) - L(wbar)");
    assertThat(object(prediction, "referenceLoss").get("hi")).isEqualTo(new Json.Num(0.5));
  }

  private static Json.Obj first(Json.Obj object, String name) {
    return (Json.Obj) ((Json.Arr) Objects.requireNonNull(object.get(name))).items().get(0);
  }

  private static Json.Obj object(Json.Obj object, String name) {
    return (Json.Obj) Objects.requireNonNull(object.get(name));
  }

  private static String text(Json.Obj object, String name) {
    return ((Json.Text) Objects.requireNonNull(object.get(name))).value();
  }

  private static Quantity exact(String symbol, Interval value) {
    return Quantity.verified(symbol, value, Subject.EXACT_NETWORK, "test");
  }
}
