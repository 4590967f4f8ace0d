package org.fullrank.io;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import org.fullrank.nn.layer.Residual;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Describes a network as JSON. */
final class NetworkWriter {
  private final Map<String, INDArray> constants = new LinkedHashMap<>();

  /** The fixed matrices met so far, by the names used in the description. */
  Map<String, INDArray> constants() {
    return constants;
  }

  /** The operations; the last one of the leading {@code featureLayers} layers gets the tap. */
  Json.Arr network(List<Layer> layers, int featureLayers) {
    List<Json.Obj> ops = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      add(layers.get(i), "network[" + i + "]", ops);
      if (i == featureLayers - 1) {
        ops.set(ops.size() - 1, ops.get(ops.size() - 1).with("tap", "features"));
      }
    }
    return Json.array(ops);
  }

  private void add(Layer layer, String where, List<Json.Obj> ops) {
    if (layer instanceof Sequential s) {
      // A chain within a chain is the longer chain.
      for (int i = 0; i < s.layers().size(); i++) {
        add(s.layers().get(i), where + "[" + i + "]", ops);
      }
    } else if (layer instanceof Dense d) {
      ops.add(dense(d));
    } else if (layer instanceof FixedLinear f) {
      ops.add(fixed(f));
    } else if (layer instanceof Elementwise e) {
      ops.add(activation(e, where));
    } else if (layer instanceof Residual r) {
      ops.add(residual(r, where));
    } else if (layer instanceof Flatten) {
      ops.add(Json.object().with("op", "flatten"));
    } else {
      throw unsupported(layer.getClass().getSimpleName(), where, "a layer of this library");
    }
  }

  private static Json.Obj dense(Dense d) {
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

  private Json.Obj fixed(FixedLinear f) {
    String base = f.name() + ".M";
    String key = base;
    for (int i = 2; constants.containsKey(key); i++) {
      key = base + "-" + i;
    }
    INDArray m = f.matrix();
    constants.put(key, m);
    return Json.object()
        .with("op", "matcol")
        .with("name", f.name())
        .with("M", key)
        .with("trainable", false)
        .with("out", m.size(0))
        .with("in", m.size(1));
  }

  private static Json.Obj activation(Elementwise e, String where) {
    Activation a = e.activation();
    boolean known;
    try {
      known = Activations.named(a.name()).equals(a);
    } catch (IllegalArgumentException unknown) {
      known = false;
    }
    if (!known) {
      throw unsupported(a.name(), where, "an activation of this library");
    }
    return Json.object().with("op", "act").with("name", e.name()).with("fn", a.name());
  }

  private Json.Obj residual(Residual r, String where) {
    List<Json.Obj> branch = new ArrayList<>();
    add(r.branch(), where + ".branch", branch);
    Json.Obj o =
        Json.object()
            .with("op", "residual")
            .with("name", r.name())
            .with("scale", r.scale())
            .with("branch", Json.array(branch));
    if (r.shortcut().isEmpty()) {
      return o;
    }
    List<Json.Obj> shortcut = new ArrayList<>();
    add(r.shortcut().get(), where + ".shortcut", shortcut);
    return o.with("shortcut", Json.array(shortcut));
  }

  private static UnsupportedLayerException unsupported(String op, String where, String expected) {
    return new UnsupportedLayerException(
        op,
        where,
        where + ": expected " + expected + " but got '" + op + "'; it cannot be written");
  }
}
