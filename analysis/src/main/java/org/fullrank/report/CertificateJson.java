package org.fullrank.report;

import java.util.Optional;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Citation;
import org.fullrank.convergence.Conclusion;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Prediction;
import org.fullrank.io.Json;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;

/** A certificate as a block of a JSON report. */
final class CertificateJson {
  private CertificateJson() {}

  static Json.Obj of(Certificate certificate) {
    Json.Obj json =
        Json.object()
            .with("kind", "certificate")
            .with("theorem", certificate.theorem())
            .with("source", source(certificate.source()))
            .with("verdict", certificate.verdict().name())
            .with("rigor", certificate.rigor().name())
            .with("subject", certificate.subject().name())
            .with("proof", certificate.isProof())
            .with("hypotheses", JsonReport.array(certificate.checks(), CertificateJson::check));
    if (certificate.conclusion().isPresent()) {
      json = json.with("conclusion", conclusion(certificate.conclusion().get()));
    }
    return json.with(
        "limits", Json.array(certificate.limits().stream().map(Json.Text::new).toList()));
  }

  private static Json.Obj source(Citation source) {
    return Json.object()
        .with("authors", source.authors())
        .with("title", source.title())
        .with("where", source.where())
        .with("relation", source.relation());
  }

  private static Json.Obj check(HypothesisCheck check) {
    Json.Obj json =
        Json.object()
            .with("statement", check.statement())
            .with("verdict", check.verdict().name())
            .with("rigor", check.rigor().name())
            .with("subject", check.subject().name());
    json = quantity(json, "lhs", check.lhs());
    json = quantity(json, "rhs", check.rhs());
    if (check.margin().isPresent()) {
      Interval margin = check.margin().get();
      json =
          json.with(
              "margin",
              Json.object()
                  .with("lo", JsonReport.number(margin.lo()))
                  .with("hi", JsonReport.number(margin.hi())));
    }
    return check.reason().isEmpty() ? json : json.with("reason", check.reason());
  }

  private static Json.Obj conclusion(Conclusion conclusion) {
    Json.Obj json = Json.object().with("statement", conclusion.statement());
    return conclusion.prediction().isPresent()
        ? json.with("prediction", prediction(conclusion.prediction().get()))
        : json;
  }

  private static Json.Obj prediction(Prediction prediction) {
    Json.Obj json =
        Json.object()
            .with("monitored", prediction.monitored().text())
            .with("envelope", prediction.envelopeFormula())
            .with("initial", JsonReport.quantity(prediction.initial()));
    if (!prediction.isFlow()) {
      json = json.with("stepSize", new Json.Num(prediction.stepSize()));
    }
    json =
        json.with("rate", JsonReport.quantity(prediction.rate()))
            .with("radius", JsonReport.quantity(prediction.radius()));
    json = quantity(json, "referenceLoss", prediction.referenceLoss());
    json = quantity(json, "layerRadius", prediction.layerRadius());
    return quantity(json, "failureProbability", prediction.failureProbability());
  }

  private static Json.Obj quantity(Json.Obj json, String name, Optional<Quantity> quantity) {
    return quantity.isPresent() ? json.with(name, JsonReport.quantity(quantity.get())) : json;
  }
}
