package org.fullrank.diagnosis;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Sequential;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Flatten;
import org.fullrank.nn.layer.Residual;

/**
 * Identities {@code f(-x; theta) = +- f(x; theta)} and {@code f(a x; theta) = a f(x; theta)},
 * {@code a > 0}, that hold for every {@code theta} because of the architecture. Differentiated by
 * {@code theta} they hold for the gradients, also at kinks, whose conventional derivatives share
 * the symmetry. Activations state theirs; layers that are not known here have none.
 */
final class NetworkSymmetry {
  private NetworkSymmetry() {}

  /** {@code s} with {@code f(-x) = s f(x)}, 0 if none is known. */
  static int parity(List<Layer> layers) {
    return parity(layers, -1);
  }

  /** The sign of the output when the input is multiplied by {@code sign}. */
  private static int parity(List<Layer> layers, int sign) {
    int s = sign;
    for (Layer layer : layers) {
      s = s == 0 ? 0 : parity(layer, s);
    }
    return s;
  }

  private static int parity(Layer layer, int s) {
    if (layer.couplesSamples()) {
      return 0;
    }
    if (s == 1) {
      // Equal inputs of a layer give equal outputs.
      return 1;
    }
    if (layer instanceof Elementwise e) {
      return switch (e.activation().parity()) {
        case ODD -> -1;
        case EVEN -> 1;
        case NONE -> 0;
      };
    }
    if (layer instanceof Residual r) {
      int branch = r.scale() == 0 ? -1 : parity(r.branch().layers(), s);
      int shortcut = r.shortcut().map(l -> parity(l, s)).orElse(s);
      return branch == shortcut ? branch : 0;
    }
    if (layer instanceof Sequential q) {
      return parity(q.layers(), s);
    }
    return isLinearMap(layer) ? s : 0;
  }

  /** Whether {@code f(a x) = a f(x)} for {@code a > 0}. */
  static boolean isHomogeneous(List<Layer> layers) {
    return layers.stream().allMatch(NetworkSymmetry::isHomogeneous);
  }

  private static boolean isHomogeneous(Layer layer) {
    if (layer instanceof Elementwise e) {
      return e.activation().isPositivelyHomogeneous();
    }
    if (layer instanceof Residual r) {
      return isHomogeneous(r.branch())
          && r.shortcut().map(NetworkSymmetry::isHomogeneous).orElse(true);
    }
    if (layer instanceof Sequential q) {
      return isHomogeneous(q.layers());
    }
    return isLinearMap(layer);
  }

  /** Whether {@code f} is affine in x for every theta. */
  static boolean isAffine(List<Layer> layers) {
    return layers.stream().allMatch(NetworkSymmetry::isAffine);
  }

  private static boolean isAffine(Layer layer) {
    if (layer instanceof Elementwise e) {
      return e.activation().regularity().polynomialDegree().orElse(2) <= 1;
    }
    if (layer instanceof Residual r) {
      return isAffine(r.branch()) && r.shortcut().map(NetworkSymmetry::isAffine).orElse(true);
    }
    if (layer instanceof Sequential q) {
      return isAffine(q.layers());
    }
    return layer instanceof Dense || isLinearMap(layer);
  }

  /** A linear map of the sample for every theta: no bias, or one whose factor is 0. */
  private static boolean isLinearMap(Layer layer) {
    return layer instanceof FixedLinear
        || layer instanceof Flatten
        || (layer instanceof Dense d && (!d.hasBias() || d.biasScale() == 0));
  }

  /** Elementwise layers in the order in which a linearization shows their pre-activations. */
  static List<Elementwise> elementwise(List<Layer> layers) {
    List<Elementwise> out = new ArrayList<>();
    for (Layer layer : layers) {
      if (layer instanceof Elementwise e) {
        out.add(e);
      } else if (layer instanceof Sequential q) {
        out.addAll(elementwise(q.layers()));
      } else if (layer instanceof Residual r) {
        out.addAll(elementwise(r.branch().layers()));
        r.shortcut().ifPresent(s -> out.addAll(elementwise(List.of(s))));
      }
    }
    return out;
  }

  /** Entries of fixed linear maps, which training could use. */
  static long fixedEntries(List<Layer> layers) {
    long count = 0;
    for (Layer layer : layers) {
      if (layer instanceof FixedLinear f) {
        try (var m = f.matrix()) {
          count += m.length();
        }
      } else if (layer instanceof Sequential q) {
        count += fixedEntries(q.layers());
      } else if (layer instanceof Residual r) {
        count += fixedEntries(r.branch().layers());
        count += r.shortcut().map(s -> fixedEntries(List.of(s))).orElse(0L);
      }
    }
    return count;
  }
}
