package org.fullrank.testkit;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongPredicate;
import org.fullrank.diff.ExplicitBlock;
import org.fullrank.diff.Linearization;
import org.fullrank.diff.ParameterBlock;
import org.fullrank.diff.Pullback;
import org.fullrank.linalg.Arena;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Parity;
import org.fullrank.nn.Shape;
import org.fullrank.nn.Slot;
import org.fullrank.nn.Traits;
import org.fullrank.nn.enclosed.BackwardPass;
import org.fullrank.nn.enclosed.EnclosedInput;
import org.fullrank.nn.enclosed.EnclosedStep;
import org.fullrank.nn.enclosed.SecondOrder;
import org.fullrank.nn.enclosed.TrainedBlocks;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A layer that is right but for one flaw. */
final class Flawed implements Layer {
  /** What is wrong, and which test of the contract sees it. */
  enum Flaw {
    NONE(""),
    SHAPE("the inferred shape"),
    SLOTS("slots are consecutive"),
    TEXT("the text is the same"),
    TANGENT("jvp agrees"),
    TANGENT_OF_NULL("null means zero"),
    COTANGENT("transpose of jvp"),
    BENT_COTANGENT("pullback is linear"),
    SCALED_ROWS("transpose of jvp"),
    NO_BLOCK("one parameter block"),
    OVERWRITTEN("arguments stay unchanged"),
    COUNTED("a second pass"),
    COUPLED("no sample depends"),
    SPLIT("samples one by one"),
    DOUBLE_ALWAYS("single precision"),
    ODD("stated parity"),
    EVEN("stated parity"),
    HOMOGENEOUS("stated homogeneity"),
    CONSTANT("stated degree"),
    ANALYTIC("analyticity"),
    ENCLOSED_VALUE("contain sampled ones"),
    ENCLOSED_COTANGENT("contain sampled ones"),
    ENCLOSED_GRADIENT("contain sampled ones"),
    FORGOTTEN_GRADIENT("contain sampled ones"),
    UNTRAINED("contain sampled ones"),
    STIFF("second-order bounds hold"),
    BLANK_OBSTACLE("the obstacle"),
    OTHER_OBSTACLE("the obstacle");

    final String test;

    Flaw(String test) {
      this.test = test;
    }
  }

  private final Layer base;
  private final Flaw flaw;
  private final AtomicInteger calls = new AtomicInteger();

  Flawed(Layer base, Flaw flaw) {
    this.base = base;
    this.flaw = flaw;
  }

  @Override
  public Shape outputShape(Shape input) {
    return flaw == Flaw.SHAPE ? Shape.of(7) : base.outputShape(input);
  }

  @Override
  public List<Slot> slots() {
    return flaw == Flaw.SLOTS
        ? base.slots().stream().map(s -> s.at(s.offset() + 1)).toList()
        : base.slots();
  }

  @Override
  public String toString() {
    return flaw == Flaw.TEXT ? super.toString() : "Flawed[" + flaw + "]";
  }

  @Override
  public Traits traits() {
    OptionalInt none = OptionalInt.empty();
    return switch (flaw) {
      case ODD -> new Traits(false, none, Parity.ODD, false, false);
      case EVEN -> new Traits(false, none, Parity.EVEN, false, false);
      case HOMOGENEOUS -> new Traits(false, none, Parity.NONE, true, false);
      case CONSTANT -> new Traits(false, OptionalInt.of(0), Parity.NONE, false, false);
      case ANALYTIC -> new Traits(false, none, Parity.NONE, false, true);
      default -> base.traits();
    };
  }

  @Override
  public Linearization linearize(INDArray theta, INDArray x) {
    return new At(base.linearize(theta, x), x);
  }

  @Override
  public Optional<String> enclosureObstacle(DataType type) {
    return switch (flaw) {
      case BLANK_OBSTACLE -> Optional.of(" ");
      case OTHER_OBSTACLE -> Optional.of("the weather");
      default -> base.enclosureObstacle(type);
    };
  }

  @Override
  public EnclosedStep enclose(EnclosedInput in) {
    return switch (flaw) {
      case BLANK_OBSTACLE -> Layer.super.enclose(in);
      case OTHER_OBSTACLE -> throw new IllegalArgumentException("the date");
      default -> new Step(base.enclose(in), in);
    };
  }

  private final class At implements Linearization {
    private final Linearization inner;
    private final INDArray x;
    private final INDArray value;

    At(Linearization inner, INDArray x) {
      this.inner = inner;
      this.x = x;
      double[] v = Tensors.toDoubles(inner.value());
      if (flaw == Flaw.COUNTED) {
        v[0] += 1e-9 * calls.incrementAndGet();
      } else if (flaw == Flaw.COUPLED) {
        v[v.length - 1] += 1e-3 * Tensors.toDoubles(x)[0];
      } else if (flaw == Flaw.SPLIT) {
        v[0] += 1e-3 * x.size(0);
      }
      DataType type = flaw == Flaw.DOUBLE_ALWAYS ? DataType.DOUBLE : x.dataType();
      this.value = Tensors.of(type, v, inner.value().shape());
    }

    @Override
    public INDArray value() {
      return value;
    }

    @Override
    public @Nullable INDArray jvp(@Nullable INDArray dTheta, @Nullable INDArray dx) {
      INDArray dy = inner.jvp(dTheta, dx);
      if (dy == null) {
        return flaw == Flaw.TANGENT_OF_NULL ? Tensors.zeros(x.dataType(), 1) : null;
      }
      return flaw == Flaw.TANGENT ? Tensors.scaled(dy, 1 + 1e-5) : dy;
    }

    @Override
    public Pullback pullback(INDArray dy) {
      Pullback all = inner.pullback(dy);
      Arena arena = new Arena();
      arena.absorb(all::close);
      INDArray dx = all.inputCotangent();
      List<ParameterBlock> blocks = all.blocks();
      switch (flaw) {
        case COTANGENT -> dx = arena.own(Tensors.scaled(dx, 1 + 1e-9));
        case BENT_COTANGENT -> dx = arena.own(Tensors.of(squared(dx), dx.shape()));
        case SCALED_ROWS ->
            blocks =
                blocks.stream()
                    .<ParameterBlock>map(
                        b -> ExplicitBlock.of(arena.own(Tensors.scaled(b.rows(), 1 + 1e-9))))
                    .toList();
        case NO_BLOCK -> blocks = blocks.subList(0, blocks.size() - 1);
        case OVERWRITTEN -> Tensors.write(new double[(int) x.length()], x);
        default -> {}
      }
      return Pullback.of(dx, blocks, arena);
    }

    private static double[] squared(INDArray a) {
      double[] v = Tensors.toDoubles(a);
      for (int i = 0; i < v.length; i++) {
        v[i] += 1e-9 * v[i] * v[i];
      }
      return v;
    }

    @Override
    public void close() {
      inner.close();
      value.close();
    }
  }

  private final class Step implements EnclosedStep {
    private final EnclosedStep inner;
    private final EnclosedInput in;

    Step(EnclosedStep inner, EnclosedInput in) {
      this.inner = inner;
      this.in = in;
    }

    private IntervalMatrix scaled(IntervalMatrix a, Flaw when) {
      return flaw == when ? a.addScaled(1e-3, a) : a;
    }

    @Override
    public IntervalMatrix value() {
      return scaled(inner.value(), Flaw.ENCLOSED_VALUE);
    }

    @Override
    public IntervalMatrix backward(IntervalMatrix dy, BackwardPass pass) {
      if (flaw == Flaw.FORGOTTEN_GRADIENT) {
        return inner.backward(dy, new BackwardPass(in.threads()));
      }
      if (flaw == Flaw.ENCLOSED_GRADIENT) {
        inner.backward(dy.addScaled(1e-3, dy), pass);
        return inner.backward(dy, new BackwardPass(in.threads()));
      }
      return scaled(inner.backward(dy, pass), Flaw.ENCLOSED_COTANGENT);
    }

    @Override
    public SecondOrder.Linked secondOrder(IntervalMatrix dy, TrainedBlocks blocks) {
      SecondOrder.Linked linked = inner.secondOrder(dy, blocks);
      return flaw == Flaw.STIFF
          ? new SecondOrder.Linked(SecondOrder.unchanged(), linked.dx())
          : linked;
    }

    @Override
    public boolean trains(LongPredicate trainedAt) {
      return flaw != Flaw.UNTRAINED && inner.trains(trainedAt);
    }
  }
}
