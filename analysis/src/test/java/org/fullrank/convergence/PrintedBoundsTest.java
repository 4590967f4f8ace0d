package org.fullrank.convergence;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fullrank.convergence.theorem.FeatureGradientBound;
import org.fullrank.convergence.theorem.FeatureRank;
import org.fullrank.convergence.theorem.JacobianDescent;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.rigor.Interval;
import org.junit.jupiter.api.Test;

/** Decimals in the texts of certificates claim no more than was proved. */
final class PrintedBoundsTest {
  private static final String NUMBER = "(-?[0-9.]+(?:e[+-]?[0-9]+)?|-?inf)";
  private static final Pattern MU = Pattern.compile("with mu = " + NUMBER);
  private static final Pattern INFIMUM =
      Pattern.compile("in \\[" + NUMBER + "(?:, " + NUMBER + ")?\\]");
  private static final Pattern LIPSCHITZ = Pattern.compile("Lam = " + NUMBER + " for radius");

  @Test
  void certificatesOfRandomProblems() {
    int lower = 0;
    int enclosed = 0;
    int upper = 0;
    for (long seed = 0; seed < 100; seed++) {
      Evidence evidence = Evidence.of(RandomProblems.problem(seed));
      Certificate gradient = FeatureGradientBound.withDefaults().check(evidence);
      if (gradient.conclusion().isPresent()) {
        HypothesisCheck last = gradient.checks().get(gradient.checks().size() - 1);
        BigDecimal proved = new BigDecimal(last.rhs().orElseThrow().interval().lo());
        String text = gradient.conclusion().get().statement();
        assertThat(number(MU, text, 1)).as(text).isPositive().isLessThanOrEqualTo(proved);
        lower++;
      }
      Certificate rank = FeatureRank.withDefaults().check(evidence);
      if (rank.conclusion().isPresent()) {
        Interval proved = evidence.get(Measurements.LAST_LAYER).infimum().interval();
        String text = rank.conclusion().get().statement();
        assertThat(number(INFIMUM, text, 1)).isLessThanOrEqualTo(new BigDecimal(proved.lo()));
        Matcher both = INFIMUM.matcher(text);
        assertThat(both.find()).isTrue();
        assertThat(number(INFIMUM, text, both.group(2) == null ? 1 : 2))
            .isGreaterThanOrEqualTo(new BigDecimal(proved.hi()));
        enclosed++;
      }
      for (HypothesisCheck check : JacobianDescent.withDefaults().check(evidence).checks()) {
        if (LIPSCHITZ.matcher(check.reason()).find()) {
          String radius = check.reason().substring(check.reason().lastIndexOf(' ') + 1);
          double proved =
              evidence
                  .get(Measurements.JACOBIAN)
                  .lipschitzAt(Double.parseDouble(radius))
                  .orElseThrow()
                  .interval()
                  .hi();
          assertThat(number(LIPSCHITZ, check.reason(), 1))
              .isGreaterThanOrEqualTo(new BigDecimal(proved));
          upper++;
        }
      }
    }
    assertThat(lower).isGreaterThan(20);
    assertThat(enclosed).isGreaterThan(20);
    assertThat(upper).isGreaterThan(20);
  }

  private static BigDecimal number(Pattern pattern, String text, int group) {
    Matcher matcher = pattern.matcher(text);
    assertThat(matcher.find()).as(text).isTrue();
    return new BigDecimal(matcher.group(group));
  }
}
