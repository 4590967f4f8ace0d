package org.fullrank.io;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Parameterization;
import org.fullrank.nn.Sequential;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Flatten;
import org.fullrank.nn.layer.LayerNorm;
import org.fullrank.nn.layer.Residual;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The layers that files can hold, one row each; docs/network-format.md describes the members. */
final class Vocabulary {
  /** Known by name, so that a message can tell a layer of other versions from a mistake. */
  private static final Set<String> LACKING =
      Set.of("conv2d", "avgpool", "gap", "bn_infer", "bn_train");

  private static final List<Word<?>> WORDS =
      List.of(
          new Word<>("dense", Dense.class, Vocabulary::dense, Vocabulary::readDense),
          new Word<>("matcol", FixedLinear.class, Vocabulary::fixed, Vocabulary::readFixed),
          new Word<>("act", Elementwise.class, Vocabulary::activation, Vocabulary::readActivation),
          new Word<>("layernorm", LayerNorm.class, Vocabulary::norm, Vocabulary::readNorm),
          new Word<>("residual", Residual.class, Vocabulary::residual, Vocabulary::readResidual),
          new Word<>(
              "flatten",
              Flatten.class,
              (w, l, where) -> Json.object().with("op", "flatten"),
              (r, at) -> {
                at.allowOnly(Set.of("op", "name", "tap"));
                return Flatten.of();
              }));

  private Vocabulary() {}

  /** How a layer is written. */
  private interface Writing<L extends Layer> {
    Json.Obj write(NetworkWriter writer, L layer, String where);
  }

  /** How a layer is read. */
  private interface Reading {
    Layer read(NetworkReader reader, JsonAt at) throws IOException;
  }

  private record Word<L extends Layer>(
      String op, Class<L> type, Writing<L> writing, Reading reading) {
    boolean isOf(Layer layer) {
      return type.isInstance(layer);
    }

    Json.Obj write(NetworkWriter writer, Layer layer, String where) {
      return writing.write(writer, type.cast(layer), where);
    }
  }

  private static Optional<Word<?>> word(Predicate<Word<?>> wanted) {
    return WORDS.stream().filter(wanted).findFirst();
  }

  /** The operation of a layer. */
  static Json.Obj write(NetworkWriter writer, Layer layer, String where) {
    return word(w -> w.isOf(layer))
        .orElseThrow(
            () ->
                NetworkWriter.unsupported(
                    layer.getClass().getSimpleName(),
                    where,
                    "a layer that files can hold (" + known() + ")"))
        .write(writer, layer, where);
  }

  /** The layer of an operation. */
  static Layer read(NetworkReader reader, JsonAt at) throws IOException {
    JsonAt op = at.member("op");
    Optional<Word<?>> word = word(w -> w.op.equals(op.text()));
    if (word.isPresent()) {
      return word.get().reading.read(reader, at);
    }
    String known = known();
    if (LACKING.contains(op.text())) {
      throw new UnsupportedLayerException(
          op.text(),
          op.path(),
          op.at()
              + "expected one of "
              + known
              + " but got '"
              + op.text()
              + "', which this version does not support");
    }
    throw op.bad("one of " + known, "'" + Texts.printable(op.text()) + "'");
  }

  private static String known() {
    return WORDS.stream().map(Word::op).collect(Collectors.joining(", "));
  }

  private static Json.Obj dense(NetworkWriter w, Dense d, String where) {
    Json.Obj o =
        Json.object()
            .with("op", "dense")
            .with("name", d.name())
            .with("W", d.slots().get(0).name())
            .with("b", d.hasBias() ? new Json.Text(d.slots().get(1).name()) : Json.Null.NULL)
            .with("sw", d.weightScale())
            .with("sb", d.biasScale())
            .with("in", d.in())
            .with("out", d.out())
            .with(
                "parameterization",
                d.parameterization() == Parameterization.NTK ? "ntk" : "standard")
            .with("sigma_w", d.sigmaW())
            .with("sigma_b", d.hasBias() ? new Json.Num(d.sigmaB()) : Json.Null.NULL);
    return d.layout() == Layout.OUT_IN ? o.with("layout", "out_in") : o;
  }

  private static Json.Obj fixed(NetworkWriter w, FixedLinear f, String where) {
    INDArray m = f.matrix();
    String key = w.constant(f.name() + ".M", m);
    return Json.object()
        .with("op", "matcol")
        .with("name", f.name())
        .with("M", key)
        .with("trainable", false)
        .with("out", m.size(0))
        .with("in", m.size(1));
  }

  private static Json.Obj activation(NetworkWriter w, Elementwise e, String where) {
    Activation a = e.activation();
    boolean known;
    try {
      known = Activations.named(a.name()).equals(a);
    } catch (IllegalArgumentException unknown) {
      known = false;
    }
    if (!known) {
      throw NetworkWriter.unsupported(a.name(), where, "an activation of this library");
    }
    return Json.object().with("op", "act").with("name", e.name()).with("fn", a.name());
  }

  private static Json.Obj residual(NetworkWriter w, Residual r, String where) {
    Json.Obj o =
        Json.object()
            .with("op", "residual")
            .with("name", r.name())
            .with("scale", r.scale())
            .with("branch", w.nested(r.branch(), where + ".branch"));
    return r.shortcut()
        .map(shortcut -> o.with("shortcut", w.nested(shortcut, where + ".shortcut")))
        .orElse(o);
  }

  private static Layer readDense(NetworkReader r, JsonAt at) {
    at.allowOnly(
        Set.of(
            "op",
            "name",
            "tap",
            "W",
            "b",
            "sw",
            "sb",
            "in",
            "out",
            "parameterization",
            "sigma_w",
            "sigma_b",
            "layout"));
    TensorFiles.Entry w = r.parameter(at.member("W"), 2);
    JsonAt biasName = at.optional("b");
    boolean transposed = NetworkReader.choice(at, "layout", "in_out", "out_in");
    boolean ntk = NetworkReader.choice(at, "parameterization", "standard", "ntk");
    long in = w.shape().get(transposed ? 1 : 0);
    long out = w.shape().get(transposed ? 0 : 1);
    at.requireInteger("in", in);
    at.requireInteger("out", out);
    if (biasName != null) {
      TensorFiles.Entry b = r.parameter(biasName, 1);
      if (b.shape().get(0) != out) {
        throw biasName.bad("a bias of shape [" + out + "]", b.shape().toString());
      }
    }
    Parameterization p = ntk ? Parameterization.NTK : Parameterization.STANDARD;
    return at.located(
        () -> {
          Dense d =
              Dense.of(NetworkReader.name(at, w.name()), in, out)
                  .withParameterization(p)
                  .withSigmaW(NetworkReader.number(at, "sigma_w", 1));
          if (biasName != null) {
            d = d.withBias(NetworkReader.number(at, "sigma_b", 0));
          }
          // The stored factors are used as they are, not recomputed from the deviations.
          double sw = NetworkReader.number(at, "sw", d.weightScale());
          double sb = NetworkReader.number(at, "sb", d.biasScale());
          return d.withLayout(transposed ? Layout.OUT_IN : Layout.IN_OUT)
              .withScales(sw, sb)
              .withSlotNames(w.name(), biasName == null ? "" : biasName.text());
        });
  }

  private static Layer readFixed(NetworkReader r, JsonAt at) throws IOException {
    at.allowOnly(Set.of("op", "name", "tap", "M", "trainable", "in", "out"));
    JsonAt m = at.member("M");
    boolean trainable = at.member("trainable").bool();
    TensorFiles.Entry entry = trainable ? r.parameter(m, 2) : r.constant(m);
    at.requireInteger("out", entry.shape().get(0));
    at.requireInteger("in", entry.shape().get(1));
    String name = NetworkReader.name(at, m.text());
    if (trainable) {
      return at.located(
          () ->
              Dense.of(name, entry.shape().get(1), entry.shape().get(0))
                  .withParameterization(Parameterization.STANDARD)
                  .withLayout(Layout.OUT_IN)
                  .withSlotNames(m.text(), ""));
    }
    INDArray value = r.constant(m, entry);
    return at.located(() -> FixedLinear.of(name, value));
  }

  private static Layer readActivation(NetworkReader r, JsonAt at) {
    at.allowOnly(Set.of("op", "name", "tap", "fn"));
    JsonAt fn = at.member("fn");
    Elementwise e = fn.located(() -> Elementwise.of(Activations.named(fn.text())));
    return e.withName(NetworkReader.name(at, e.name()));
  }

  private static Layer readResidual(NetworkReader r, JsonAt at) throws IOException {
    at.allowOnly(Set.of("op", "name", "tap", "scale", "branch", "shortcut"));
    List<Layer> branch = r.nested(at.member("branch"));
    double scale = NetworkReader.number(at, "scale", 1);
    JsonAt skip = at.optional("shortcut");
    List<Layer> shortcut = skip == null ? List.of() : r.nested(skip);
    return at.located(
        () -> {
          Residual block = Residual.of(scale, branch).withName(NetworkReader.name(at, at.path()));
          return shortcut.isEmpty()
              ? block
              : block.withShortcut(
                  shortcut.size() == 1 ? shortcut.get(0) : Sequential.of(shortcut));
        });
  }

  private static Json.Obj norm(NetworkWriter w, LayerNorm l, String where) {
    return Json.object()
        .with("op", "layernorm")
        .with("name", l.name())
        .with("gamma", l.slots().get(0).name())
        .with("beta", l.slots().get(1).name())
        .with("eps", l.epsilon());
  }

  /** The shape is that of the parameters. */
  private static Layer readNorm(NetworkReader r, JsonAt at) {
    at.allowOnly(Set.of("op", "name", "tap", "gamma", "beta", "eps", "c"));
    TensorFiles.Entry gamma = r.parameter(at.member("gamma"));
    TensorFiles.Entry beta = r.parameter(at.member("beta"));
    if (!gamma.shape().equals(beta.shape())) {
      throw at.member("beta")
          .bad("the shape " + gamma.shape() + " of gamma", beta.shape().toString());
    }
    return at.located(
        () -> {
          LayerNorm norm = LayerNorm.of(NetworkReader.name(at, at.path()), gamma.dimensions());
          at.requireInteger("c", norm.normalizedShape().length());
          return norm.withEpsilon(NetworkReader.number(at, "eps", 1e-5))
              .withSlotNames(gamma.name(), beta.name());
        });
  }
}
