package org.fullrank.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Citation;
import org.fullrank.convergence.Conclusion;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Prediction;
import org.fullrank.io.Json;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CertificateFileTest {
  private static final Quantity S = exact("s", Interval.of(0.1, 0.25), "measured by hand");
  private static final Quantity H = exact("h", Interval.of(0.5, 0.75), "1 - s/2");

  private static Certificate certificate(double limit) {
    return Certificate.of(
        "by hand",
        new Citation("A. Author", "Title", "arXiv (2020)", "Sharper."),
        List.of(
            HypothesisCheck.premise("smooth layers", true, "seen"),
            HypothesisCheck.less("h < 1", H, exact("1", Interval.of(limit), "one"))
                .from(S)
                .through(H)),
        () ->
            Conclusion.of(
                "it converges",
                Prediction.of(Prediction.Monitored.EXCESS_LOSS, H, 0.125, S, H)
                    .withReferenceLoss(S)),
        List.of("Nothing about other inputs."));
  }

  @Test
  void everyNumberIsExact(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("certificate.json");
    CertificateFile.write(certificate(1), file);
    Json.Obj json = (Json.Obj) Json.parse(Files.readString(file));
    assertThat(json).isEqualTo(CertificateFile.json(certificate(1)));
    assertThat(json.get("theorem")).isEqualTo(new Json.Text("by hand"));
    String s =
        "{\"symbol\":\"s\",\"lo\":\"0x1.999999999999ap-4\",\"hi\":\"0x1.0p-2\",\"rigor\":\"VERIFIED\",\"subject\":\"EXACT_NETWORK\",\"method\":\"measured"
            + " by hand\"}";
    String end = "\"rigor\":\"VERIFIED\",\"subject\":\"EXACT_NETWORK\",\"method\":";
    assertThat(json.toText())
        .contains(
            "\"measured\":[" + s + "],\"derived\":[{\"symbol\":\"h\",\"lo\":\"0x1.0p-1\"",
            "\"rhs\":{\"symbol\":\"1\",\"lo\":\"0x1.0p0\",\"hi\":\"0x1.0p0\",",
            "\"prediction\":{\"monitored\":\"EXCESS_LOSS\",\"stepSize\":\"0x1.0p-3\","
                + "\"initial\":{\"symbol\":\"h\",\"atMost\":\"0x1.8p-1\","
                + end
                + "\"1 - s/2\"},\"rate\":{\"symbol\":\"s\",\"atLeast\":\"0x1.999999999999ap-4\","
                + end
                + "\"measured by hand\"},\"radius\":{\"symbol\":\"h\",\"atMost\":\"0x1.8p-1\","
                + end
                + "\"1 - s/2\"},\"referenceLoss\":"
                + s
                + ",\"shape\":\"initial (1 - rate)^t\",\"envelope\":[{\"t\":\"0x1.0p0\"");
  }

  @Test
  void whatDoesNotHoldHasNoPrediction() {
    Json.Obj json = CertificateFile.json(certificate(0.5));
    assertThat(json.get("verdict")).isEqualTo(new Json.Text("FAILS"));
    assertThat(json.get("proof")).isEqualTo(new Json.Bool(false));
    assertThat(json.get("prediction")).isNull();
    assertThat(json.get("conclusion")).isNull();
  }

  private static Quantity exact(String symbol, Interval value, String method) {
    return new Quantity(symbol, value, Rigor.VERIFIED, Subject.EXACT_NETWORK, method);
  }
}
