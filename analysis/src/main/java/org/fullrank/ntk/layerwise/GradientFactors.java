package org.fullrank.ntk.layerwise;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;
import org.fullrank.diff.Jacobian;
import org.fullrank.diff.KroneckerBlock;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.FactorRows;
import org.fullrank.linalg.FactorRows.Scaled;
import org.fullrank.linalg.TensorViews;
import org.fullrank.nn.Network;
import org.fullrank.nn.layer.Dense;
import org.fullrank.ntk.layerwise.SampleGrid.Pass;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The Kronecker factors of all gradients of a range of samples: {@code K = sum_l (A_l A_l^T) o (G_l
 * G_l^T)} with one term per layer.
 *
 * <p>Weight and bias of a dense layer have the same cotangents, so {@code A = [sw a, sb 1]} makes
 * one term of both. Where a layer has a single output, or its rows cannot be factored, the term is
 * {@code G G^T} alone, {@code G} holding gradient rows.
 *
 * <p>Forward and adjoint passes run over pieces of the samples, one thread each, so that what a
 * pass makes stays in the cache and only the factors are kept.
 */
final class GradientFactors implements AutoCloseable {
  /**
   * One summand of the Gram.
   *
   * @param key of the slots that it comes from
   * @param a inputs {@code [m, d]}, or null
   * @param g cotangents, or gradient rows if there are no inputs, {@code [m k, e]}
   */
  record Term(String key, @Nullable INDArray a, INDArray g) {}

  /**
   * Slots that make one term: {@code slots.get(first)} to {@code slots.get(end - 1)}, and the
   * widths of its factors.
   */
  record Group(int first, int end, GramShape.Width width) {}

  private final Network network;
  private final INDArray theta;
  private final INDArray x;
  private final SampleGrid grid;
  private final List<String> keys;
  private final int firstTile;
  private final int endTile;
  private final boolean isChain;
  private final List<Group> groups = new ArrayList<>();
  private final List<TermSlot> slots = new ArrayList<>();

  private GradientFactors(
      Network network,
      INDArray theta,
      INDArray x,
      SampleGrid grid,
      List<String> keys,
      int firstTile,
      int endTile) {
    this.network = network;
    this.theta = theta;
    this.x = x;
    this.grid = grid;
    this.keys = keys;
    this.firstTile = firstTile;
    this.endTile = endTile;
    Optional<List<Dense>> layers = ChainPass.layers(network).filter(this::keyed);
    this.isChain = layers.isPresent();
    // Elsewhere the first pass says what terms look like.
    layers.ifPresent(this::prepareChain);
  }

  /**
   * Computes the factors.
   *
   * @param network whose samples are independent
   * @param theta checked parameters, row-major
   * @param x checked inputs of all samples, row-major
   * @param grid of all samples
   * @param keys one per slot; only slots with equal keys share a term
   * @param firstTile first tile, a multiple of the tiles of a unit
   * @param endTile one past the last tile
   * @param meanwhile something else to do at the same time
   * @param tail work on the factors, begun while other passes are under way; done when this returns
   * @param passDone told after each pass how many samples it had; one thread at a time
   */
  static GradientFactors of(
      Network network,
      INDArray theta,
      INDArray x,
      SampleGrid grid,
      List<String> keys,
      int firstTile,
      int endTile,
      Runnable meanwhile,
      FactorTasks.Tail tail,
      PassListener passDone) {
    GradientFactors factors =
        new GradientFactors(network, theta, x, grid, keys, firstTile, endTile);
    try {
      List<Pass> passes = grid.passes(firstTile, endTile);
      new FactorTasks(factors, passes, factors.slots.size(), meanwhile, tail, passDone).run();
      return factors;
    } catch (RuntimeException | Error e) {
      factors.close();
      throw e;
    }
  }

  /** The passes of one thread. */
  interface Passes extends AutoCloseable {
    void pass(int from, int to);

    @Override
    default void close() {}
  }

  /** Told about finished passes. */
  interface PassListener {
    void done(int samples);
  }

  Passes passes() {
    return isChain ? new ChainPasses() : this::pass;
  }

  /** Those of a term, so that passes need not. */
  void makeArrays(int term) {
    slots.get(term).term();
  }

  /** The first sample of a tile. */
  int startOf(int tile) {
    return grid.start(tile);
  }

  /** Whether weight and bias of every layer are to make one term. */
  private boolean keyed(List<Dense> chain) {
    int slot = 0;
    for (Dense layer : chain) {
      int end = slot + layer.slots().size();
      if (!keys.get(slot).equals(keys.get(end - 1))) {
        return false;
      }
      slot = end;
    }
    return true;
  }

  private void prepareChain(List<Dense> chain) {
    int slot = 0;
    for (Dense layer : chain) {
      int end = slot + layer.slots().size();
      add(new Group(slot, end, width(layer.in() + end - slot - 1, layer.out())), x.dataType());
      slot = end;
    }
  }

  /** Of one thread, in memory that is used again. */
  private final class ChainPasses implements Passes {
    private final ChainPass chain = ChainPass.of(network, theta);

    @Override
    public void pass(int from, int to) {
      int row = from - grid.start(firstTile);
      chain.run(
          TensorViews.leading(x, from, to),
          new ChainPass.Target() {
            @Override
            public void inputs(int dense, List<Scaled> inputs) {
              Term term = slots.get(dense).term();
              FactorRows.concatenate(inputs, Objects.requireNonNull(term.a), row);
            }

            @Override
            public void cotangents(int dense, INDArray cotangents) {
              FactorRows.interleave(cotangents, slots.get(dense).term().g, row);
            }

            @Override
            public void products(int dense, List<Scaled> inputs, INDArray cotangents) {
              FactorRows.products(inputs, cotangents, slots.get(dense).term().g, row);
            }
          });
    }

    @Override
    public void close() {
      chain.close();
    }
  }

  private void pass(int from, int to) {
    INDArray piece = TensorViews.leading(x, from, to);
    try (Jacobian jacobian =
            Jacobian.of(network.linearizeChecked(theta, piece), network.parameterCount(), false);
        Pullback pullback = jacobian.pullbackOutputs()) {
      List<ParameterBlock> blocks = pullback.blocks();
      prepare(blocks);
      int row = from - grid.start(firstTile);
      for (int t = 0; t < groups.size(); t++) {
        // Each thread begins elsewhere, so that they make the arrays of different terms.
        int rotated = (t + from) % groups.size();
        fill(groups.get(rotated), blocks, slots.get(rotated).term(), row);
      }
    }
  }

  private static void fill(Group group, List<ParameterBlock> blocks, Term term, int row) {
    if (!(blocks.get(group.first) instanceof KroneckerBlock first) || shared(first)) {
      try (INDArray rows = blocks.get(group.first).rows()) {
        FactorRows.interleave(rows, term.g, row);
      }
      return;
    }
    List<Scaled> inputs = new ArrayList<>();
    for (ParameterBlock block : blocks.subList(group.first, group.end)) {
      if (!(block instanceof KroneckerBlock k)
          || k.outputCotangents() != first.outputCotangents()) {
        throw new IllegalArgumentException(
            "pullback expects parameter blocks that share cotangents in every pass, as they did in"
                + " the first, but slot "
                + (group.first + inputs.size())
                + " does not");
      }
      inputs.add(new Scaled(k.inputs(), k.scale()));
    }
    INDArray g = first.outputCotangents();
    if (term.a == null) {
      FactorRows.products(inputs, g, term.g, row);
    } else {
      FactorRows.concatenate(inputs, term.a, row);
      FactorRows.interleave(g, term.g, row);
    }
  }

  /** Weights shared over positions: the rows are formed. */
  private static boolean shared(KroneckerBlock block) {
    return block.inputs().size(1) > 1;
  }

  /** The first pass to get here says what the terms look like. */
  private synchronized void prepare(List<ParameterBlock> blocks) {
    if (!groups.isEmpty()) {
      return;
    }
    groups(blocks, keys::get).forEach(group -> add(group, blocks.get(0).dataType()));
  }

  private void add(Group group, DataType type) {
    long m = (long) grid.start(endTile) - grid.start(firstTile);
    groups.add(group);
    slots.add(new TermSlot(type, keys.get(group.first), m, m * network.outputs(), group.width));
  }

  /**
   * The terms that blocks make.
   *
   * @param blocks one per slot
   * @param keyOf the key of a slot; only slots with equal keys share a term
   */
  static List<Group> groups(List<ParameterBlock> blocks, IntFunction<String> keyOf) {
    List<Group> out = new ArrayList<>();
    int b = 0;
    while (b < blocks.size()) {
      ParameterBlock block = blocks.get(b);
      int end = b + 1;
      if (!(block instanceof KroneckerBlock first) || shared(first)) {
        out.add(new Group(b, end, new GramShape.Width(0, block.size())));
      } else {
        long width = first.inputs().size(2);
        while (end < blocks.size()
            && blocks.get(end) instanceof KroneckerBlock next
            && next.outputCotangents() == first.outputCotangents()
            && keyOf.apply(end).equals(keyOf.apply(b))) {
          width += next.inputs().size(2);
          end++;
        }
        long e = first.outputCotangents().size(3);
        out.add(new Group(b, end, width(width, e)));
      }
      b = end;
    }
    return out;
  }

  /** With a single output the row is the input times a number: no second product. */
  private static GramShape.Width width(long inputs, long cotangents) {
    return cotangents == 1
        ? new GramShape.Width(0, inputs)
        : new GramShape.Width(inputs, cotangents);
  }

  List<Term> terms() {
    return slots.stream().map(TermSlot::term).toList();
  }

  @Override
  public void close() {
    slots.forEach(TermSlot::close);
  }
}
