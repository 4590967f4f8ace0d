package org.fullrank.report;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Conclusion;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Prediction;
import org.fullrank.io.AtomicFile;
import org.fullrank.io.Json;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;

/**
 * A certificate as a JSON text that somebody else can check: the measured numbers, everything that
 * was computed from them with its formula, the hypotheses and the prediction. Every number is a
 * hexadecimal double in a string, exact to the bit. {@code docs/certificate-format.md} describes
 * the format; {@code docs/CheckCertificate.java} recomputes the arithmetic without this library.
 */
public final class CertificateFile {
  private static final String FORMAT = "fullrank-certificate";
  private static final int VERSION = 1;

  /** Numbers of steps, or times, at which the envelope is written out. */
  private static final List<Long> TIMES = List.of(1L, 10L, 1000L, 1_000_000L);

  private CertificateFile() {}

  /**
   * Writes a certificate.
   *
   * @param certificate any, also one that does not hold
   * @param path of the file, replaced as a whole if it exists
   * @throws IOException if it cannot be written; the file is as it was before then
   */
  public static void write(Certificate certificate, Path path) throws IOException {
    AtomicFile.write(path, json(certificate).toPrettyText() + "\n");
  }

  /**
   * The certificate as JSON.
   *
   * @param certificate any
   * @return what {@link #write} writes
   */
  public static Json.Obj json(Certificate certificate) {
    Json.Obj json =
        Json.object()
            .with("format", FORMAT)
            .with("version", VERSION)
            .with("library", Provenance.at(Instant.EPOCH).version())
            .with("theorem", certificate.id())
            .with("name", certificate.theorem())
            .with("problem", certificate.problem().orElse("none"))
            .with("verdict", certificate.verdict().name())
            .with("rigor", certificate.rigor().name())
            .with("subject", certificate.subject().name())
            .with("proof", certificate.isProof())
            .with("measured", JsonReport.array(certificate.measured(), CertificateFile::number))
            .with("derived", JsonReport.array(certificate.derived(), CertificateFile::number))
            .with("hypotheses", JsonReport.array(certificate.checks(), CertificateFile::check));
    Optional<Conclusion> conclusion = certificate.conclusion();
    if (conclusion.isPresent()) {
      json = json.with("conclusion", conclusion.get().statement());
      Optional<Prediction> prediction = conclusion.get().prediction();
      json = prediction.isPresent() ? json.with("prediction", prediction(prediction.get())) : json;
    }
    return json.with(
        "limits", Json.array(certificate.limits().stream().map(Json.Text::new).toList()));
  }

  private static Json.Obj number(Quantity q) {
    Json.Obj ends =
        Json.object()
            .with("symbol", q.symbol())
            .with("lo", hex(q.interval().lo()))
            .with("hi", hex(q.interval().hi()));
    return standing(ends, q.rigor(), q.subject()).with("method", q.method());
  }

  private static Json.Obj check(HypothesisCheck check) {
    Json.Obj json =
        standing(
            Json.object()
                .with("statement", check.statement())
                .with("verdict", check.verdict().name()),
            check.rigor(),
            check.subject());
    if (check.lhs().isPresent() && check.rhs().isPresent()) {
      return json.with("lhs", number(check.lhs().get())).with("rhs", number(check.rhs().get()));
    }
    return json.with("reason", check.reason());
  }

  private static Json.Obj prediction(Prediction p) {
    boolean reciprocal = p.envelopeShape().contains("constant");
    Json.Obj json = Json.object().with("monitored", p.monitored().name());
    json = p.isFlow() ? json : json.with("stepSize", hex(p.stepSize()));
    json =
        json.with("initial", atMost(p.initial()))
            .with(
                reciprocal ? "constant" : "rate", reciprocal ? atMost(p.rate()) : atLeast(p.rate()))
            .with("radius", atMost(p.radius()));
    if (p.layerRadius().isPresent()) {
      json = json.with("layerRadius", atMost(p.layerRadius().get()));
    }
    if (p.failureProbability().isPresent()) {
      json = json.with("failureProbability", atMost(p.failureProbability().get()));
    }
    if (p.referenceLoss().isPresent()) {
      json = json.with("referenceLoss", number(p.referenceLoss().get()));
    }
    List<Json.Obj> envelope =
        TIMES.stream()
            .map(t -> Json.object().with("t", hex(t)).with("atMost", hex(p.envelope(t))))
            .toList();
    return json.with("shape", p.envelopeShape()).with("envelope", Json.array(envelope));
  }

  /** Only the end that the theorem guarantees is written. */
  private static Json.Obj atMost(Quantity q) {
    return end(q, "atMost", q.interval().hi());
  }

  private static Json.Obj atLeast(Quantity q) {
    return end(q, "atLeast", q.interval().lo());
  }

  private static Json.Obj end(Quantity q, String name, double value) {
    Json.Obj json = Json.object().with("symbol", q.symbol()).with(name, hex(value));
    return standing(json, q.rigor(), q.subject()).with("method", q.method());
  }

  private static Json.Obj standing(Json.Obj json, Rigor rigor, Subject subject) {
    return json.with("rigor", rigor.name()).with("subject", subject.name());
  }

  private static String hex(double value) {
    return Double.toHexString(value);
  }
}
