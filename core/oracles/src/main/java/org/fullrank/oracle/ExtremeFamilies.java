package org.fullrank.oracle;

import java.util.Random;

/** The families of {@link AdversarialMatrices} that were made to break one bound each. */
final class ExtremeFamilies {
  private ExtremeFamilies() {}

  static double[][] draw(int family, int n, Random random) {
    switch (family) {
      case 0 -> { // condition numbers up to 1e18, geometric
        double digits = 18 * random.nextDouble();
        return AdversarialMatrices.similar(
            n, random, i -> Math.pow(10, -digits * i / Math.max(1, n - 1)));
      }
      case 1 -> { // graded Gram matrix
        double[][] g = AdversarialMatrices.gaussian(n, n, random);
        return AdversarialMatrices.gram(n, n, (i, k) -> g[i][k] * Math.pow(10, -1.5 * i));
      }
      case 2 -> { // Kahan, other angles
        double angle = 0.2 + 1.3 * random.nextDouble();
        double s = Math.sin(angle);
        double c = Math.cos(angle);
        return AdversarialMatrices.gram(
            n, n, (i, k) -> k < i ? 0 : Math.pow(s, i) * (k == i ? 1 : -c));
      }
      case 3 -> { // Vandermonde on equispaced points
        return AdversarialMatrices.gram(n, n, (i, k) -> Math.pow((i + 1) / (double) n, k));
      }
      case 4 -> { // equal entries up to one unit in the last place
        double x = 1 + random.nextDouble();
        return AdversarialMatrices.fill(n, (i, j) -> random.nextInt(3) == 0 ? Math.nextUp(x) : x);
      }
      case 5 -> { // one eigenvalue at the limit of the Cholesky test
        double small = (0.5 + 8 * random.nextDouble()) * n * n * 0x1p-53;
        return AdversarialMatrices.similar(n, random, i -> i == 0 ? small : 1);
      }
      case 6 -> { // one tiny eigenvalue far below the others, of either sign
        double small =
            (random.nextBoolean() ? 1 : -1) * Math.pow(10, -20 + 10 * random.nextDouble());
        return AdversarialMatrices.similar(n, random, i -> i == 0 ? small : 1 + i);
      }
      case 7 -> { // all equal but the smallest: the determinant bound is nearly attained
        double small = Math.pow(10, -16 * random.nextDouble());
        return AdversarialMatrices.similar(n, random, i -> i == 0 ? small : 1);
      }
      case 8 -> { // the smallest eigenvalue repeated, exactly: a block diagonal of equal blocks
        double x = random.nextDouble();
        return AdversarialMatrices.fill(n, (i, j) -> i == j ? 1 : i / 2 == j / 2 ? x : 0);
      }
      default -> { // arrow, singular up to a few units in the last place
        double t = 0.5 + random.nextDouble();
        double corner = (n - 1) * t * t * (1 + (random.nextInt(9) - 4) * 0x1p-52);
        return AdversarialMatrices.fill(
            n, (i, j) -> i < n - 1 || n == 1 ? (i == j ? 1 : 0) : (j == n - 1 ? corner : t));
      }
    }
  }
}
