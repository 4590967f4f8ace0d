package org.fullrank.report;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;

/** One small dossier that uses every kind of block; the golden files render it. */
final class SampleDossier {
  static final Quantity LAMBDA_MIN =
      Quantity.verified(
          "lambda_min(K)",
          Interval.of(0.0012345678901, 0.0012345678999),
          Subject.STORED_MATRIX,
          "shifted Cholesky (Rump 2006)");

  private SampleDossier() {}

  static Dossier of() {
    Map<String, String> backend = new LinkedHashMap<>();
    backend.put("vendor", "OpenBLAS 0.3.30");
    backend.put("threads", "2");
    Provenance provenance =
        new Provenance(
            "0.1.0",
            "17.0.15 (Debian)",
            "Linux amd64",
            2,
            backend,
            "42",
            "8x8 digits, first 500 rows",
            Instant.parse("2026-01-02T03:04:05Z"));
    Map<String, String> shape = new LinkedHashMap<>();
    shape.put("samples n", "500");
    shape.put("outputs k", "1");
    return Dossier.titled("Residual tanh network on 8x8 digits")
        .withProvenance(provenance)
        .prose("Can gradient descent fit the data?\n\nThe least eigenvalue decides.")
        .section("NTK Gram matrix K = J J^T")
        .facts(shape)
        .fact("route", "LAYERWISE")
        .quantities(
            LAMBDA_MIN,
            Quantity.verified(
                "lambda_max(K)",
                Interval.of(1234.5, Math.nextUp(1234.5)),
                Subject.EXACT_PRODUCT,
                "Weyl | inclusion"))
        .quantities(
            Quantity.computed("trace |K|", 4.0 / 3, Subject.STORED_MATRIX, "sum"),
            new Quantity(
                "kappa(K)",
                Interval.atLeast(1e5),
                Rigor.SAMPLED,
                Subject.EXACT_NETWORK,
                "power method, 32 random starts"))
        .figure("spectrum.png", "All eigenvalues.")
        .section("Expressivity")
        .finding(
            Finding.of(
                "K is positive definite", Verdict.HOLDS, LAMBDA_MIN, "Its least eigenvalue is."))
        .finding(
            Finding.of(
                "rank([h(X), 1]) = n",
                Verdict.INAPPLICABLE,
                Rigor.ASSUMED,
                "Samples 3 and 7 are *duplicates*."))
        .warning("The backend failed its self-test; \"VERIFIED\" does not depend on it.");
  }
}
