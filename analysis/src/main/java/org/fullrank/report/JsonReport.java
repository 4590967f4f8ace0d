package org.fullrank.report;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.fullrank.io.Json;
import org.fullrank.rigor.Quantity;

/** Writes a dossier as JSON; {@link #SCHEMA_VERSION} counts changes of meaning. */
final class JsonReport {
  static final int SCHEMA_VERSION = 1;

  private JsonReport() {}

  static String render(Dossier dossier) {
    Json.Obj json =
        Json.object()
            .with("schema", "fullrank-dossier")
            .with("schemaVersion", SCHEMA_VERSION)
            .with("title", dossier.title());
    if (dossier.provenance().isPresent()) {
      json = json.with("provenance", provenance(dossier.provenance().get()));
    }
    return json.with("sections", array(dossier.sections(), JsonReport::section)).toPrettyText();
  }

  private static Json.Obj provenance(Provenance provenance) {
    return Json.object()
        .with("version", provenance.version())
        .with("java", provenance.java())
        .with("platform", provenance.platform())
        .with("processors", provenance.processors())
        .with("backend", texts(provenance.backend()))
        .with("seed", provenance.seed())
        .with("data", provenance.data())
        .with("time", provenance.time().toString());
  }

  private static Json.Obj section(Dossier.Section section) {
    return Json.object()
        .with("title", section.title())
        .with("blocks", array(section.blocks(), JsonReport::block));
  }

  private static Json.Obj block(Block block) {
    if (block instanceof Block.Prose prose) {
      return Json.object().with("kind", "prose").with("text", prose.text());
    }
    if (block instanceof Block.Warning warning) {
      return Json.object().with("kind", "warning").with("text", warning.text());
    }
    if (block instanceof Block.Figure figure) {
      return Json.object()
          .with("kind", "figure")
          .with("file", figure.file())
          .with("caption", figure.caption());
    }
    if (block instanceof Block.Facts facts) {
      return Json.object().with("kind", "facts").with("items", texts(facts.items()));
    }
    if (block instanceof Block.Quantities quantities) {
      return Json.object()
          .with("kind", "quantities")
          .with("items", array(quantities.items(), JsonReport::quantity));
    }
    if (block instanceof Block.Proof proof) {
      return CertificateJson.of(proof.certificate());
    }
    Block.Findings findings = (Block.Findings) block;
    return Json.object()
        .with("kind", "findings")
        .with("items", array(findings.items(), JsonReport::finding));
  }

  private static Json.Obj finding(Finding finding) {
    Json.Obj json =
        Json.object()
            .with("name", finding.name())
            .with("verdict", finding.verdict().name())
            .with("rigor", finding.rigor().name())
            .with("proof", finding.isProof());
    if (finding.margin().isPresent()) {
      json = json.with("margin", quantity(finding.margin().get()));
    }
    return json.with("reason", finding.reason());
  }

  static Json.Obj quantity(Quantity quantity) {
    Json.Obj json =
        Json.object()
            .with("symbol", quantity.symbol())
            .with("lo", number(quantity.interval().lo()))
            .with("hi", number(quantity.interval().hi()));
    if (!Legend.isEstimate(quantity)) { // a lone number without proof has no known width
      // The numbers read back as the doubles; the decimals of this text enclose, as they stand.
      json =
          json.with("enclosure", quantity.interval().toString())
              .with("relativeWidth", number(quantity.interval().relativeWidth()));
    }
    return json.with("rigor", quantity.rigor().name())
        .with("subject", quantity.subject().name())
        .with("method", quantity.method());
  }

  /** JSON has no infinite numbers; they become texts that {@code Double.parseDouble} accepts. */
  static Json number(double value) {
    return Double.isInfinite(value) ? new Json.Text(Double.toString(value)) : new Json.Num(value);
  }

  private static Json.Obj texts(Map<String, String> items) {
    Json.Obj json = Json.object();
    for (Map.Entry<String, String> item : items.entrySet()) {
      json = json.with(item.getKey(), item.getValue());
    }
    return json;
  }

  static <T> Json.Arr array(List<T> items, Function<T, Json.Obj> toJson) {
    return Json.array(items.stream().map(toJson).toList());
  }
}
