package org.fullrank.convergence;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.fullrank.convergence.theorem.DeepLinearDescent;
import org.fullrank.convergence.theorem.JacobianDescent;
import org.fullrank.convergence.theorem.LastLayerConvexDescent;
import org.fullrank.convergence.theorem.LastLayerDescent;
import org.fullrank.convergence.theorem.LinearChainDescent;
import org.fullrank.convergence.theorem.ReducedJacobianDescent;
import org.fullrank.convergence.theorem.Theorems;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.evidence.measure.ReferenceWeights;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Slot;
import org.fullrank.nn.model.DeepLinearResNet;
import org.fullrank.report.CertificateFile;
import org.fullrank.rigor.Verdict;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Certificates of all theorems, true and tampered with, before the independent checker. */
final class CheckedCertificatesTest {
  /** Among them each theorem holds and does not hold at least once. */
  private static final long[] SEEDS = {
    0, 1, 2, 4, 8, 10, 11, 12, 17, 18, 19, 28, 46, 51, 56, 58, 69, 72, 193, 235
  };

  /** Relative; the rounding of the library leaves less room than this in what it claims. */
  private static final double CHANGE = 1e-6;

  private static final Pattern NUMBER =
      Pattern.compile("\"(lo|hi|atMost|atLeast|stepSize)\": \"(-?0x[^\"]*)\"");

  private static Checker checker;

  /** The first certificate of each theorem and kind of prediction that holds, as text. */
  private static final Map<String, String> HOLDING = new LinkedHashMap<>();

  private static final Map<String, Set<Verdict>> SEEN = new TreeMap<>();

  @BeforeAll
  static void checkAll(@TempDir Path folder) throws IOException, ReflectiveOperationException {
    checker = Checker.compiledTo(folder);
    LongStream.of(SEEDS).mapToObj(RandomProblems::problem).forEach(CheckedCertificatesTest::check);
    check(interpolation());
  }

  @Test
  void eachTheoremHoldsAndDoesNotHoldInTheSample() {
    assertThat(SEEN.keySet())
        .containsExactlyInAnyOrderElementsOf(
            Theorems.all().stream().map(Theorem::id).collect(Collectors.toSet()));
    SEEN.forEach(
        (id, verdicts) ->
            assertThat(verdicts).as(id).contains(Verdict.HOLDS).hasSizeGreaterThan(1));
  }

  /** In the direction in which it claims more. */
  @Test
  void everyNumberThatIsClaimedIsRefutedOnceItClaimsMore() {
    int changes = 0;
    for (Map.Entry<String, String> entry : HOLDING.entrySet()) {
      String text = entry.getValue();
      Matcher number = NUMBER.matcher(text);
      for (int at = text.indexOf("\"derived\":"); number.find(at); at = number.end()) {
        double value = Double.parseDouble(number.group(2));
        double more =
            switch (number.group(1)) {
              case "lo", "atLeast", "stepSize" -> value + step(value);
              default -> value - step(value);
            };
        String changed =
            text.substring(0, number.start(2))
                + Double.toHexString(more)
                + text.substring(number.end(2));
        refuted(changed, entry.getKey() + ": " + number.group() + " made " + more);
        changes++;
      }
    }
    assertThat(changes).isGreaterThan(400);
  }

  private static double step(double value) {
    return Math.max(CHANGE * Math.abs(value), Double.MIN_VALUE);
  }

  /**
   * A measured number is taken on trust, but a certificate for other numbers rarely fits; those
   * that no claim depends on are known.
   */
  @Test
  void changedMeasurementsAreNoticedUnlessNothingDependsOnThem() {
    Set<String> unnoticed = new TreeSet<>();
    Set<String> noticed = new TreeSet<>();
    for (String text : HOLDING.values()) {
      Matcher number =
          Pattern.compile("\"symbol\": \"(.*)\",\\s*\"lo\": \"(.*)\",\\s*\"hi\": \"(.*)\"")
              .matcher(text);
      int end = text.indexOf("\"derived\":");
      while (number.find() && number.end() < end) {
        if (!noticed.contains(number.group(1))) {
          boolean accepted =
              checker.check(scaled(text, number, 1 + CHANGE)).status() == 0
                  && checker.check(scaled(text, number, 1 - CHANGE)).status() == 0;
          (accepted ? unnoticed : noticed).add(number.group(1));
        }
      }
    }
    unnoticed.removeAll(noticed);
    assertThat(unnoticed)
        .containsExactlyInAnyOrder(
            "infimum",
            "min |t|",
            "c_res",
            "F*", // 0 in the sample
            "sigma_min(M_2)", // of the only trained factor of the chain in the sample
            "||M_2||");
    assertThat(noticed).hasSizeGreaterThan(30);
  }

  private static String scaled(String text, Matcher number, double factor) {
    StringBuilder out = new StringBuilder(text);
    for (int group = 3; group >= 2; group--) {
      double value = Double.parseDouble(number.group(group)) * factor;
      out.replace(number.start(group), number.end(group), Double.toHexString(value));
    }
    return out.toString();
  }

  @Test
  void whatIsClaimedInWordsIsRefutedOnceItIsChanged() {
    for (Map.Entry<String, String> entry : HOLDING.entrySet()) {
      String id = entry.getKey();
      String text = entry.getValue();
      String derived = text.substring(text.indexOf("\"derived\":"));
      for (String words : derived.split("\n", -1)) {
        Matcher word =
            Pattern.compile("\"(statement|monitored|shape|conclusion)\": \"(.*)\"").matcher(words);
        if (word.find()) {
          refuted(
              text.replace(
                  words, words.replace(word.group(), "\"" + word.group(1) + "\": \"other\"")),
              id + ": " + words);
          String longer = word.group().replaceFirst("\"$", " and more\"");
          refuted(
              text.replace(words, words.replace(word.group(), longer)), id + ": longer, " + words);
        }
      }
      refuted(text.replaceFirst("\"verdict\": \"HOLDS\"", "\"verdict\": \"UNDECIDED\""), id);
      refuted(text.replaceFirst("\"theorem\": \"", "\"theorem\": \"Other"), id);
      refuted(
          text.contains("\"proof\": true")
              ? text.replace("\"proof\": true", "\"proof\": false")
              : text.replace("\"proof\": false", "\"proof\": true"),
          id);
      if (text.contains("\"proof\": true")) {
        refuted(text.replaceFirst("\"problem\": \".*\"", "\"problem\": \"none\""), id + " of none");
        refuted(text.replaceFirst("\"problem\": \".*\"", "\"problem\": \"ours\""), id + " of ours");
      }
      int first = text.indexOf("{", text.indexOf("\"hypotheses\":"));
      int end = text.indexOf("},\n    {", first);
      if (end > 0) {
        refuted(text.substring(0, first) + text.substring(end + 2), id + " without its first");
      }
    }
  }

  @Test
  void numbersInAConclusionAreChecked() {
    String bound = Objects.requireNonNull(HOLDING.get("FeatureGradientBound"));
    refuted(bound.replaceFirst("with mu = [^,]*,", "with mu = 1e300,"), "mu");
    refuted(bound.replaceFirst("with mu = [^,]*,", "with mu = 0,"), "mu");
    refuted(bound.replaceFirst("with mu = [^,]*,", "with mu = many,"), "mu");
    String rank = Objects.requireNonNull(HOLDING.get("FeatureRank"));
    refuted(rank.replaceFirst("network, in \\[[^]]*]", "network, in [1e9, 2e9]"), "infimum");
    refuted(rank.replaceFirst("network, in \\[[^]]*]", "network, in [-2, -1]"), "infimum");
  }

  /** Also where no claim depends on it: no interval without a real number, nothing cut off. */
  @Test
  void whatIsNoNumberIsRefuted() {
    int changes = 0;
    for (Map.Entry<String, String> entry : HOLDING.entrySet()) {
      String id = entry.getKey();
      String text = entry.getValue();
      Matcher ends = Pattern.compile("\"lo\": \"(.*)\",\\s*\"hi\": \"(.*)\"").matcher(text);
      while (ends.find()) {
        for (String none : List.of("Infinity", "-Infinity", "NaN", "0x1.00000000000008p0", "1.0")) {
          String changed =
              text.substring(0, ends.start(1))
                  + none
                  + text.substring(ends.end(1), ends.start(2))
                  + none
                  + text.substring(ends.end(2));
          refuted(changed, id + ": " + ends.group() + " made " + none);
          changes++;
        }
      }
      if (text.contains("\"t\": ")) {
        boolean flow = text.contains("initial e^(-rate t)");
        for (String time : List.of("-0x1.0p0", flow ? "Infinity" : "0x1.8p0")) {
          refuted(text.replaceFirst("\"t\": \"0x1.0p0\"", "\"t\": \"" + time + "\""), id + time);
        }
      }
    }
    assertThat(changes).isGreaterThan(1000);
  }

  /** Layers, samples and the radius of a ball are facts about the problem, not choices. */
  @Test
  void whatWasReadOffTheDescriptionIsOnTrust() {
    HOLDING.forEach(
        (id, text) -> {
          String out = checker.check(text).text();
          if (id.startsWith("DeepLinear")) {
            assertThat(out).as(id).containsPattern("ON TRUST  L = 0x[^\n]* \\(read off");
          } else if (id.startsWith("FullyConnectedExpressivity")) {
            assertThat(out).as(id).contains("ON TRUST  columns = 0x", "ON TRUST  n = 0x");
          } else if (id.startsWith("JacobianDescent")) {
            assertThat(out).as(id).contains("ON TRUST  Lam is a Lipschitz constant on the ball");
          }
        });
  }

  /** Nothing is known better than what it was computed from. */
  @Test
  void rigorIsThatOfTheMeasuredNumbers() {
    for (Map.Entry<String, String> entry : HOLDING.entrySet()) {
      String text = entry.getValue();
      int derived = text.indexOf("\"derived\":");
      String measured = text.substring(0, derived);
      String weaker =
          measured.substring(measured.indexOf("\"measured\":")).replace("VERIFIED", "COMPUTED");
      if (!entry.getKey().startsWith("FullyConnectedExpressivity")) { // it measures nothing
        refuted(
            measured.substring(0, measured.indexOf("\"measured\":"))
                + weaker
                + text.substring(derived),
            entry.getKey());
      }
    }
  }

  @Test
  void whatIsNoCertificateIsNone() {
    String any = HOLDING.values().iterator().next();
    for (String text :
        List.of(
            "",
            "{}",
            "[1]",
            any.substring(0, any.length() / 2),
            any + "x",
            any.replace("\"version\": 1", "\"version\": 2"),
            any.replaceFirst("\"verdict\": \"HOLDS\"", "\"verdict\": 1"))) {
      assertThat(checker.check(text).status()).as(text).isEqualTo(2);
    }
    assertThat(checker.check(any.replaceFirst("\"lo\": \"0x", "\"lo\": \"0y")).status())
        .isNotZero();
  }

  @Test
  @Tag("exhaustive")
  void randomProblems() {
    LongStream.range(3_000_000, 3_002_000)
        .mapToObj(RandomProblems::problem)
        .forEach(CheckedCertificatesTest::check);
    System.out.println("checked: " + SEEN);
  }

  private static void refuted(String text, String why) {
    Checker.Answer answer = checker.check(text);
    assertThat(answer.status()).as(why + "\n" + answer.text()).isEqualTo(1);
  }

  private static List<Theorem> theorems(TrainingProblem problem) {
    List<Theorem> all = new ArrayList<>(Theorems.all());
    all.add(DeepLinearDescent.withDefaults().forGradientFlow());
    all.add(LinearChainDescent.withDefaults().forGradientFlow());
    all.add(ReducedJacobianDescent.forGradientFlow());
    all.add(LastLayerDescent.withDefaults().withGradientFlow());
    all.add(JacobianDescent.withDefaults().withStepSize(1e-3));
    String[] trained =
        problem.network().slots().stream()
            .filter(problem::isTrained)
            .map(Slot::name)
            .toArray(String[]::new);
    all.add(JacobianDescent.withDefaults().withBlock(trained));
    List<Layer> layers = problem.network().layers();
    int last = (int) layers.get(layers.size() - 1).parameterCount();
    all.add(
        LastLayerConvexDescent.withDefaults().withReference(ReferenceWeights.of(new double[last])));
    return all;
  }

  /** A long linear network near its target, with fewer samples than inputs. */
  private static TrainingProblem interpolation() {
    DeepLinearResNet model = DeepLinearResNet.identity(3, 3, 2, 20);
    INDArray x = Tensors.of(new double[] {1, 0, 0, 0, 1, 0.1}, 2, 3);
    INDArray y = Tensors.of(new double[] {1.001, 0, 0, 0.999}, 2, 2);
    return TrainingProblem.of(model.network(), model.theta(), x, y);
  }

  private static void check(TrainingProblem problem) {
    Evidence evidence = Evidence.of(problem);
    for (Theorem theorem : theorems(problem)) {
      Certificate certificate = theorem.check(evidence);
      String text = CertificateFile.json(certificate).toPrettyText();
      Checker.Answer answer = checker.check(text);
      assertThat(answer.status()).as(problem + ", " + certificate + "\n" + answer.text()).isZero();
      SEEN.computeIfAbsent(theorem.id(), id -> new TreeSet<>()).add(certificate.verdict());
      if (certificate.verdict() == Verdict.HOLDS) {
        String kind =
            certificate
                .prediction()
                .map(p -> ", " + p.monitored() + ", " + p.envelopeShape())
                .orElse("");
        HOLDING.putIfAbsent(theorem.id() + kind, text);
      }
    }
  }
}
