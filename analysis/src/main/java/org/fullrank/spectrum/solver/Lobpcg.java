package org.fullrank.spectrum.solver;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.fullrank.cancel.Cancellation;

/**
 * Locally optimal block preconditioned conjugate gradients for the largest eigenvalues of a {@link
 * BlockMap} (Knyazev 2001), with the orthonormal basis {@code [X P W]} and the update of P in the
 * space of coefficients of Duersch, Shao, Yang and Gu (2018).
 *
 * <p>W is orthonormalised before the map is applied, so a direction made of rounding errors is
 * still a valid one. Converged columns stay in the basis but give no new directions (soft locking).
 */
final class Lobpcg {
  /** Less than this of a unit vector is rounding. */
  private static final double DEPENDENT = 1e-13;

  /** Share of the tolerance that the updated residuals get; the rest is for their rounding. */
  private static final double SHARE = 0.5;

  private final BlockMap map;
  private final BlockMap preconditioner;
  private final int n;
  private final int wanted;
  private final IterationPlan plan;
  private final SplittableRandom random;

  /** The basis {@code [X P W]} as rows, X first, and its images. */
  private double[][] s;

  private double[][] image;
  private int width;
  private int conjugate;
  private double[] values = new double[0];
  private double norm;
  private long applied;

  /** Takes the block size, tolerance, budget and seed of the plan. */
  Lobpcg(BlockMap map, BlockMap preconditioner, int n, int wanted, IterationPlan plan) {
    this.map = map;
    this.preconditioner = preconditioner;
    this.n = n;
    this.wanted = wanted;
    this.plan = plan;
    this.random = new SplittableRandom(plan.seed());
    this.width = Math.min(n, plan.block());
    this.s = new double[width][];
    this.image = new double[width][];
  }

  RitzPairs run() {
    for (int i = 0; i < width; i++) {
      s[i] = Vectors.randomOrthogonal(random, s, i, n);
    }
    image = applied(s);
    growNorm();
    if (!rayleighRitz(width, new boolean[width])) {
      return new RitzPairs(new double[0], new double[0][], norm, SolverStatus.FAILED);
    }
    while (true) {
      Cancellation.check("LOBPCG");
      double[][] residuals = new double[width][];
      boolean[] active = new boolean[width];
      boolean done = true;
      for (int i = 0; i < width; i++) {
        residuals[i] = image[i].clone();
        Vectors.axpy(-values[i], s[i], residuals[i]);
        double length = Vectors.norm(residuals[i]);
        active[i] = !(length <= SHARE * plan.tolerance() * norm);
        done &= i >= wanted || !active[i];
        Vectors.scale(residuals[i], 1 / length);
      }
      if (done || width == n) {
        return leading(SolverStatus.CONVERGED);
      }
      double[][] w = directions(residuals, active);
      if (w.length == 0) {
        return leading(SolverStatus.CONVERGED); // [X P] is everything
      }
      if (applied + w.length + wanted > plan.operatorLimit()) {
        return leading(SolverStatus.NOT_CONVERGED);
      }
      int size = width + conjugate + w.length;
      s = concatenated(s, w);
      image = concatenated(image, applied(w));
      if (!rayleighRitz(size, active)) {
        return leading(SolverStatus.NOT_CONVERGED);
      }
    }
  }

  private double[][] applied(double[][] x) {
    double[][] y = map.apply(x);
    applied += x.length;
    for (double[] v : y) {
      norm = Math.max(norm, Vectors.norm(v)); // ||A v|| <= ||A||
    }
    return y;
  }

  /** A random vector has little of the largest eigenvalue: a few power steps show more of it. */
  private void growNorm() {
    double[] x = image[0];
    for (int step = 0; step < 4; step++) {
      double length = Vectors.norm(x);
      if (!(length > 0)) {
        return;
      }
      x = x.clone();
      Vectors.scale(x, 1 / length);
      x = applied(new double[][] {x})[0];
    }
  }

  /** Orthonormal new directions from the active residuals, or random ones if none is left. */
  private double[][] directions(double[][] residuals, boolean[] active) {
    List<double[]> chosen = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      if (active[i]) {
        chosen.add(residuals[i]);
      }
    }
    double[][] w = preconditioner.apply(chosen.toArray(double[][]::new));
    int base = width + conjugate;
    double[][] basis = Arrays.copyOf(s, Math.min(n, base + w.length));
    double[] c = new double[basis.length];
    int count = base;
    for (double[] x : w) {
      double before = normalize(x);
      if (count == basis.length || !(before > 0)) {
        continue;
      }
      double left = Vectors.orthogonalize(x, basis, count, c);
      if (left > DEPENDENT) {
        // Twice for what is left, too: it may be a small part of x.
        Vectors.scale(x, 1 / left);
        left = Vectors.orthogonalize(x, basis, count, c);
        if (left > 0.5) {
          Vectors.scale(x, 1 / left);
          basis[count++] = x;
        }
      }
    }
    if (count == base && base < n) {
      basis[count] = Vectors.randomOrthogonal(random, basis, count, n);
      count++;
    }
    return Arrays.copyOfRange(basis, base, count);
  }

  /** Divides by the norm; first by the largest entry, because the preconditioner has any scale. */
  private static double normalize(double[] x) {
    double largest = 0;
    for (double v : x) {
      largest = Math.max(largest, Math.abs(v));
    }
    if (largest > 0) {
      int exponent = Math.getExponent(largest);
      for (int i = 0; i < x.length; i++) {
        x[i] = Math.scalb(x[i], -exponent);
      }
      Vectors.scale(x, 1 / Vectors.norm(x));
    }
    return largest;
  }

  private boolean rayleighRitz(int size, boolean[] active) {
    double[][] h = new double[size][size];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j <= i; j++) {
        h[i][j] = 0.5 * (Vectors.dot(s[i], image[j]) + Vectors.dot(s[j], image[i]));
        h[j][i] = h[i][j];
      }
    }
    RawPairs ritz = TridiagonalQl.solve(h, true);
    if (ritz == null) {
      return false;
    }
    double[][] y = Objects.requireNonNull(ritz.vectors());
    double[] t = ritz.values();
    norm = Math.max(norm, Math.max(Math.abs(t[0]), Math.abs(t[size - 1])));
    double[][] c = new double[Math.min(size, 2 * width)][];
    values = new double[width];
    for (int i = 0; i < width; i++) {
      c[i] = y[size - 1 - i];
      values[i] = t[size - 1 - i];
    }
    int count = width;
    double[] unused = new double[c.length];
    for (int i = 0; i < width && count < c.length; i++) {
      if (active[i]) {
        // The part of the new X outside the old one, made orthogonal to the new X.
        double[] p = c[i].clone();
        Arrays.fill(p, 0, width, 0);
        double before = Vectors.norm(p);
        if (before > 0) {
          Vectors.scale(p, 1 / before);
          double left = Vectors.orthogonalize(p, c, count, unused);
          if (left > 1e-10) {
            Vectors.scale(p, 1 / left);
            left = Vectors.orthogonalize(p, c, count, unused);
            Vectors.scale(p, 1 / left);
            c[count++] = p;
          }
        }
      }
    }
    conjugate = count - width;
    c = Arrays.copyOf(c, count);
    s = Vectors.combinations(c, s, size);
    image = Vectors.combinations(c, image, size);
    return true;
  }

  private static double[][] concatenated(double[][] x, double[][] y) {
    double[][] all = Arrays.copyOf(x, x.length + y.length);
    System.arraycopy(y, 0, all, x.length, y.length);
    return all;
  }

  private RitzPairs leading(SolverStatus status) {
    int count = Math.min(wanted, width);
    return new RitzPairs(Arrays.copyOf(values, count), Arrays.copyOf(s, count), norm, status);
  }
}
