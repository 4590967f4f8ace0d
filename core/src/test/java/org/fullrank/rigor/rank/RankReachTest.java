package org.fullrank.rigor.rank;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How far rank certificates reach, by condition number. */
class RankReachTest {
  private static final int[][] SHAPES = {{20, 30}, {60, 60}, {200, 256}};

  @Test
  void reachesConditionFourteen() {
    for (int profile = 0; profile < 4; profile++) {
      for (int[] shape : new int[][] {{20, 30}, {60, 60}}) {
        double[][] m = matrix(shape, 1e14, profile, profile);
        RankCertificate c = RankCertificate.search(m, 1);
        assertThat(c.certified()).isTrue();
        assertThat(c.sigmaMin().hi()).isBetween(0.3e-14, 3e-14);
        assertThat(c.sigmaMin().relativeWidth()).isLessThan(1e-2);
      }
    }
  }

  @Test
  void theBoundIsSharpWhereTheConditionPermits() {
    for (int exponent = 0; exponent <= 10; exponent++) {
      double[][] m = matrix(new int[] {20, 30}, Math.pow(10, exponent), exponent, 5);
      RankCertificate c = RankCertificate.search(m, 1);
      assertThat(c.sigmaMin().relativeWidth()).as("1e%d", exponent).isLessThan(1e-6);
    }
  }

  @Test
  @Tag("exhaustive")
  void tableOfUndecided() {
    System.out.println("condition  n    w    undecided  worst relative width  ms");
    for (int[] shape : SHAPES) {
      int trials = shape[0] == 200 ? 12 : 100;
      for (int exponent = 2; exponent <= 18; exponent++) {
        int undecided = 0;
        double width = 0;
        long start = System.nanoTime();
        long spent = 0;
        for (int trial = 0; trial < trials; trial++) {
          double[][] m = matrix(shape, Math.pow(10, exponent), trial, trial);
          start = System.nanoTime();
          RankCertificate c = RankCertificate.search(m, 1);
          spent += System.nanoTime() - start;
          if (!c.certified()) {
            undecided++;
          } else {
            width = Math.max(width, c.sigmaMin().relativeWidth());
          }
        }
        System.out.printf(
            Locale.ROOT,
            "1e%-8d %-4d %-4d %5.1f %%    %.1e               %.1f%n",
            exponent,
            shape[0],
            shape[1],
            100.0 * undecided / trials,
            width,
            spent * 1e-6 / trials);
        if (exponent <= 14) {
          assertThat(undecided).isZero();
        }
      }
    }
  }

  private static double[][] matrix(int[] shape, double condition, int profile, long seed) {
    return RankMatrices.withSingularValues(
        RankMatrices.singularValues(shape[0], condition, profile), shape[1], new Random(seed));
  }
}
