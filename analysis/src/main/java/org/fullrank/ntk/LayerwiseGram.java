package org.fullrank.ntk;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.diff.KroneckerBlock;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.linalg.Arena;
import org.fullrank.linalg.Products;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Sums of block Grams: {@code K = sum_l (A_l A_l^T) o (G_l G_l^T)} for dense layers.
 *
 * <p>The cotangents of all outputs are stacked sample by sample, so that one product gives the rows
 * {@code i * k + c} in their final order. Rows are worked on in tiles: a tile's products of all
 * layers are summed in one buffer, and of a symmetric Gram only the columns from the tile on are
 * formed.
 */
final class LayerwiseGram {
  /** Elements of a tile: 8 MiB, so that its three buffers stay small beside the factors. */
  private static final long TILE_ELEMENTS = 1L << 20;

  private LayerwiseGram() {}

  /**
   * One summand: {@code (sum_b scale_b A_b A'_b^T) o (G G'^T)}, or {@code G G'^T} alone if there
   * are no inputs, in which case {@code G} holds gradient rows.
   */
  private record Term(
      List<KroneckerBlock> inputs, List<KroneckerBlock> inputs2, INDArray g, INDArray g2) {}

  /**
   * The Gram of all rows of the blocks.
   *
   * @param left blocks on the row samples
   * @param right blocks on the column samples; the same list for a symmetric Gram, of which only
   *     the upper triangle is filled
   * @return {@code [n k, n' k]} in row order {@code i * k + c}
   */
  static INDArray full(List<ParameterBlock> left, List<ParameterBlock> right) {
    boolean symmetric = left == right;
    int n = (int) left.get(0).samples();
    int k = (int) left.get(0).cotangents();
    int n2 = (int) right.get(0).samples();
    DataType type = left.get(0).dataType();
    INDArray out = Tensors.zeros(type, (long) n * k, (long) n2 * k);
    try (Arena arena = new Arena()) {
      List<Term> terms = terms(left, right, arena);
      int tile = (int) Math.max(1, Math.min(n, TILE_ELEMENTS / ((long) k * n2 * k)));
      for (int from = 0; from < n; from += tile) {
        int to = Math.min(n, from + tile);
        int first = symmetric ? from : 0;
        double[] sum = new double[Tensors.length((long) (to - from) * k, (long) (n2 - first) * k)];
        for (Term term : terms) {
          accumulate(term, from, to, first, k, sum);
        }
        store(sum, out, from * k, to * k, first * k);
      }
    }
    return out;
  }

  private static List<Term> terms(
      List<ParameterBlock> left, List<ParameterBlock> right, Arena arena) {
    List<Term> terms = new ArrayList<>();
    int b = 0;
    while (b < left.size()) {
      int end = sharing(left, b);
      if (end > b && sharing(right, b) == end) {
        List<KroneckerBlock> inputs = kronecker(left, b, end);
        List<KroneckerBlock> inputs2 = left == right ? inputs : kronecker(right, b, end);
        INDArray g = stacked(inputs.get(0).outputCotangents(), arena);
        INDArray g2 = left == right ? g : stacked(inputs2.get(0).outputCotangents(), arena);
        terms.add(new Term(inputs, inputs2, g, g2));
        b = end;
      } else {
        INDArray g = stacked(arena.own(left.get(b).rows()), arena);
        INDArray g2 = left == right ? g : stacked(arena.own(right.get(b).rows()), arena);
        terms.add(new Term(List.of(), List.of(), g, g2));
        b++;
      }
    }
    return terms;
  }

  /** {@code [m, n, ...]} as rows {@code [n m, ...]}, sample by sample. */
  private static INDArray stacked(INDArray cotangents, Arena arena) {
    long rows = cotangents.size(0) * cotangents.size(1);
    INDArray ordered =
        cotangents.size(0) == 1 ? cotangents : arena.own(Tensors.swapLeading(cotangents));
    return TensorViews.reshape(ordered, rows, ordered.length() / rows);
  }

  /**
   * One past the last block from {@code b} on with the same cotangents; {@code b} if not factored.
   */
  private static int sharing(List<ParameterBlock> blocks, int b) {
    int end = b;
    while (end < blocks.size()
        && blocks.get(end) instanceof KroneckerBlock block
        && block.inputs().size(1) == 1
        && block.outputCotangents() == ((KroneckerBlock) blocks.get(b)).outputCotangents()) {
      end++;
    }
    return end;
  }

  private static List<KroneckerBlock> kronecker(List<ParameterBlock> blocks, int from, int to) {
    List<KroneckerBlock> out = new ArrayList<>();
    for (ParameterBlock block : blocks.subList(from, to)) {
      out.add((KroneckerBlock) block);
    }
    return out;
  }

  /** Adds a term's entries of samples {@code from..to} against those from {@code first} on. */
  private static void accumulate(Term term, int from, int to, int first, int k, double[] sum) {
    INDArray rows = TensorViews.leading(term.g, (long) from * k, (long) to * k);
    INDArray columns = TensorViews.leading(term.g2, (long) first * k, term.g2.size(0));
    double[] outer;
    try (INDArray product = Products.multiply(rows, false, columns, true)) {
      outer = Tensors.toDoubles(product);
    }
    if (term.inputs.isEmpty()) {
      for (int e = 0; e < sum.length; e++) {
        sum[e] += outer[e];
      }
      return;
    }
    double[] inner = innerProducts(term, from, to, first);
    if (k == 1) {
      for (int e = 0; e < sum.length; e++) {
        sum[e] = Math.fma(inner[e], outer[e], sum[e]);
      }
      return;
    }
    int samples = inner.length / (to - from);
    for (int r = 0; r < (to - from) * k; r++) {
      int row = r / k * samples;
      int e = r * samples * k;
      for (int j = 0; j < samples; j++) {
        double a = inner[row + j];
        for (int d = 0; d < k; d++, e++) {
          sum[e] = Math.fma(a, outer[e], sum[e]);
        }
      }
    }
  }

  /** {@code sum_b scale_b scale'_b A_b A'_b^T} for the samples of a tile. */
  private static double[] innerProducts(Term term, int from, int to, int first) {
    DataType type = term.g.dataType();
    long n2 = term.inputs2.get(0).samples();
    try (INDArray inner = Tensors.zeros(type, to - from, n2 - first)) {
      for (int b = 0; b < term.inputs.size(); b++) {
        KroneckerBlock p = term.inputs.get(b);
        KroneckerBlock q = term.inputs2.get(b);
        INDArray rows = TensorViews.leading(flat(p), from, to);
        INDArray columns = TensorViews.leading(flat(q), first, n2);
        Products.multiply(p.scale() * q.scale(), rows, false, columns, true, 1, inner);
      }
      return Tensors.toDoubles(inner);
    }
  }

  private static INDArray flat(KroneckerBlock block) {
    return TensorViews.reshape(block.inputs(), block.samples(), block.inputs().size(2));
  }

  /** Writes a tile into rows {@code from..to}, columns from {@code first} on. */
  private static void store(double[] tile, INDArray out, int from, int to, int first) {
    int width = (int) out.size(1);
    int columns = width - first;
    double[] rows = tile;
    if (columns < width) {
      rows = new double[(to - from) * width];
      for (int r = 0; r < to - from; r++) {
        System.arraycopy(tile, r * columns, rows, r * width + first, columns);
      }
    }
    Tensors.write(rows, TensorViews.leading(out, from, to));
  }

  /**
   * The trace kernel.
   *
   * @param blocks blocks on the samples
   * @return {@code [n, n]}, entry {@code (i, j)} summed over equal outputs
   */
  static INDArray trace(List<ParameterBlock> blocks) {
    long n = blocks.get(0).samples();
    INDArray target = Tensors.zeros(blocks.get(0).dataType(), n, n);
    blocks.forEach(b -> b.addTrace(b, target));
    return target;
  }

  /**
   * The diagonal.
   *
   * @param blocks blocks on the samples
   * @return {@code [n k]} in row order {@code i * k + c}
   */
  static INDArray diagonal(List<ParameterBlock> blocks) {
    long n = blocks.get(0).samples();
    long k = blocks.get(0).cotangents();
    try (INDArray sum = Tensors.zeros(blocks.get(0).dataType(), k, n)) {
      for (ParameterBlock block : blocks) {
        try (INDArray norms = block.squaredNorms()) {
          sum.addi(norms);
        }
      }
      try (INDArray bySample = Tensors.transpose(sum)) {
        return Tensors.of(sum.dataType(), Tensors.toDoubles(bySample), n * k);
      }
    }
  }
}
