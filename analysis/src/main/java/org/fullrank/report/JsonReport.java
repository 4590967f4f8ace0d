package org.fullrank.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;

/** Writes a dossier as JSON; {@link #SCHEMA_VERSION} counts changes of meaning. */
final class JsonReport {
  static final int SCHEMA_VERSION = 1;

  private JsonReport() {}

  static String render(Dossier dossier) {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("schema", "fullrank-dossier");
    root.put("schemaVersion", SCHEMA_VERSION);
    root.put("title", dossier.title());
    dossier.provenance().ifPresent(p -> root.put("provenance", provenance(p)));
    root.put("sections", dossier.sections().stream().map(JsonReport::section).toList());
    return JsonText.of(root);
  }

  private static Map<String, Object> provenance(Provenance provenance) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("version", provenance.version());
    json.put("java", provenance.java());
    json.put("platform", provenance.platform());
    json.put("processors", provenance.processors());
    json.put("backend", provenance.backend());
    json.put("seed", provenance.seed());
    json.put("data", provenance.data());
    json.put("time", provenance.time().toString());
    return json;
  }

  private static Map<String, Object> section(Dossier.Section section) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("title", section.title());
    json.put("blocks", section.blocks().stream().map(JsonReport::block).toList());
    return json;
  }

  private static Map<String, Object> block(Block block) {
    Map<String, Object> json = new LinkedHashMap<>();
    if (block instanceof Block.Prose prose) {
      json.put("kind", "prose");
      json.put("text", prose.text());
    } else if (block instanceof Block.Warning warning) {
      json.put("kind", "warning");
      json.put("text", warning.text());
    } else if (block instanceof Block.Figure figure) {
      json.put("kind", "figure");
      json.put("file", figure.file());
      json.put("caption", figure.caption());
    } else if (block instanceof Block.Facts facts) {
      json.put("kind", "facts");
      json.put("items", facts.items());
    } else if (block instanceof Block.Quantities quantities) {
      json.put("kind", "quantities");
      json.put("items", list(quantities.items()));
    } else if (block instanceof Block.Findings findings) {
      json.put("kind", "findings");
      json.put("items", findings.items().stream().map(JsonReport::finding).toList());
    }
    return json;
  }

  private static List<Map<String, Object>> list(List<Quantity> quantities) {
    return quantities.stream().map(JsonReport::quantity).toList();
  }

  private static Map<String, Object> finding(Finding finding) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", finding.name());
    json.put("verdict", finding.verdict().name());
    json.put("rigor", finding.rigor().name());
    json.put("proof", finding.isProof());
    finding.margin().ifPresent(margin -> json.put("margin", quantity(margin)));
    json.put("reason", finding.reason());
    return json;
  }

  private static Map<String, Object> quantity(Quantity quantity) {
    Interval interval = quantity.interval();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("symbol", quantity.symbol());
    json.put("lo", interval.lo());
    json.put("hi", interval.hi());
    if (!Legend.isEstimate(quantity)) { // a lone number without proof has no known width
      json.put("relativeWidth", interval.relativeWidth());
    }
    json.put("rigor", quantity.rigor().name());
    json.put("subject", quantity.subject().name());
    json.put("method", quantity.method());
    return json;
  }
}
