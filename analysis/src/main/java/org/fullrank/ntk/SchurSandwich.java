package org.fullrank.ntk;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.diff.Jacobian;
import org.fullrank.diff.KroneckerBlock;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Tensors;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Subject;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The layerwise enclosure of the smallest eigenvalue of a finite network's kernel: the
 * deterministic core of Nguyen, Mondelli and Montufar (2021).
 *
 * <p>With the inputs {@code A_l} of layer {@code l} (the column of its bias included) and the
 * cotangents {@code G_l} of its outputs, the kernel of {@code k} outputs is {@code K = sum_l (A_l
 * A_l^T (x) 1 1^T) o (G_l G_l^T)}. Schur's product theorem applied to {@code A_l A_l^T -
 * lambda_min(A_l A_l^T) I >= 0} gives
 *
 * <pre>K &gt;= sum_l lambda_min(A_l A_l^T) blockdiag_i(G_(l,i) G_(l,i)^T),</pre>
 *
 * <p>and with the roles exchanged {@code K >= sum_l lambda_min(G_l G_l^T) diag(||a_(l,i)||^2)}; for
 * each layer the better one counts. The smallest diagonal entry is the upper end.
 *
 * <p>The statement is {@code VERIFIED} about {@code EXACT_PRODUCT}: the sum above in exact
 * arithmetic for the stored factors. Layers narrower than the number of samples, such as the first
 * one for fewer inputs than samples, contribute nothing from their inputs. Cost: {@code n^2 d}
 * operations and 12 to 30 Cholesky factorisations of order n for each layer at least n wide, of
 * order {@code n k} for its cotangents.
 */
public final class SchurSandwich {
  private final Quantity lambdaMin;
  private final List<Double> layers;

  private SchurSandwich(Quantity lambdaMin, List<Double> layers) {
    this.lambdaMin = lambdaMin;
    this.layers = List.copyOf(layers);
  }

  /**
   * The enclosure for a Jacobian with independent samples.
   *
   * @param jacobian stays open
   * @return the enclosure
   * @throws IllegalArgumentException if a layer shares weights over positions: its gradient rows
   *     are sums of products, to which the argument does not apply
   * @throws IllegalStateException if samples are coupled
   */
  public static SchurSandwich of(Jacobian jacobian) {
    try (Pullback pullback = jacobian.pullbackOutputs()) {
      int n = Math.toIntExact(jacobian.samples());
      int k = Math.toIntExact(jacobian.outputs());
      Interval[] lower = filled(n);
      Interval[] diagonal = filled(n * k);
      List<Double> layers = new ArrayList<>();
      List<ParameterBlock> blocks = pullback.blocks();
      for (int b = 0; b < blocks.size(); ) {
        int end = end(blocks, b);
        SchurTerm term = term(blocks.subList(b, end), n, k);
        layers.add(term.smallest());
        for (int i = 0; i < n; i++) {
          lower[i] = lower[i].add(Interval.of(term.lower()[i]));
        }
        for (int r = 0; r < n * k; r++) {
          diagonal[r] = diagonal[r].add(term.diagonal()[r]);
        }
        b = end;
      }
      double lo = Double.POSITIVE_INFINITY;
      for (Interval x : lower) {
        lo = Math.min(lo, x.lo());
      }
      double hi = Double.POSITIVE_INFINITY;
      for (Interval x : diagonal) {
        hi = Math.min(hi, x.hi());
      }
      return new SchurSandwich(
          Quantity.verified(
              "lambda_min(K)",
              new Interval(lo, hi),
              Subject.EXACT_PRODUCT,
              "Schur product theorem layer by layer, smallest diagonal entry"),
          layers);
    }
  }

  private static Interval[] filled(int size) {
    Interval[] out = new Interval[size];
    java.util.Arrays.fill(out, Interval.ZERO);
    return out;
  }

  /** One past the last block that shares the cotangents of block b: a weight and its bias. */
  private static int end(List<ParameterBlock> blocks, int b) {
    int end = b + 1;
    while (end < blocks.size()
        && blocks.get(b) instanceof KroneckerBlock first
        && blocks.get(end) instanceof KroneckerBlock next
        && next.outputCotangents() == first.outputCotangents()) {
      end++;
    }
    return end;
  }

  private static SchurTerm term(List<ParameterBlock> blocks, int n, int k) {
    if (!(blocks.get(0) instanceof KroneckerBlock first)) {
      try (INDArray rows = blocks.get(0).rows()) {
        return SchurTerm.ofRows(bySample(Tensors.toDoubles(rows), n, k), n, k);
      }
    }
    List<double[][]> inputs = new ArrayList<>();
    double[] scales = new double[blocks.size()];
    for (int b = 0; b < scales.length; b++) {
      KroneckerBlock block = (KroneckerBlock) blocks.get(b);
      if (block.inputs().size(1) != 1) {
        throw new IllegalArgumentException(
            "SchurSandwich expects layers with one position but got weights shared over "
                + block.inputs().size(1));
      }
      inputs.add(rows(Tensors.toDoubles(block.inputs()), n));
      scales[b] = block.scale();
    }
    double[][] g = bySample(Tensors.toDoubles(first.outputCotangents()), n, k);
    return SchurTerm.ofFactors(inputs, scales, g, n, k);
  }

  private static double[][] rows(double[] v, int n) {
    int d = v.length / n;
    double[][] out = new double[n][d];
    for (int i = 0; i < n; i++) {
      System.arraycopy(v, i * d, out[i], 0, d);
    }
    return out;
  }

  /** {@code [k, n, d]} as rows {@code i * k + c}. */
  private static double[][] bySample(double[] v, int n, int k) {
    double[][] byOutput = rows(v, n * k);
    double[][] out = new double[n * k][];
    for (int r = 0; r < n * k; r++) {
      out[r] = byOutput[r % k * n + r / k];
    }
    return out;
  }

  /**
   * The enclosure of the smallest eigenvalue.
   *
   * @return verified about the exact product of the stored factors; the lower end is at least 0
   */
  public Quantity lambdaMin() {
    return lambdaMin;
  }

  /**
   * What each layer alone proves: lower bounds of the smallest eigenvalue of its part of the
   * kernel.
   *
   * @return one for each weight with its bias, in slot order; their sum is at most the lower end of
   *     {@link #lambdaMin}, up to rounding
   */
  public List<Double> layers() {
    return layers;
  }
}
