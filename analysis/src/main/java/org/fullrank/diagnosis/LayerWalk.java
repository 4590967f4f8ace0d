package org.fullrank.diagnosis;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.nn.Layer;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;

/** Looks for layers of a kind, wherever they are inside others. */
final class LayerWalk {
  private LayerWalk() {}

  /** Layers without parts, in forward order. */
  private static List<Layer> leaves(List<? extends Layer> layers) {
    List<Layer> out = new ArrayList<>();
    for (Layer layer : layers) {
      if (layer.parts().isEmpty()) {
        out.add(layer);
      } else {
        out.addAll(leaves(layer.parts()));
      }
    }
    return out;
  }

  /** Elementwise layers in the order in which a linearization shows their pre-activations. */
  static List<Elementwise> elementwise(List<Layer> layers) {
    return leaves(layers).stream()
        .filter(Elementwise.class::isInstance)
        .map(Elementwise.class::cast)
        .toList();
  }

  /** Entries of fixed linear maps, which training could use. */
  static long fixedEntries(List<Layer> layers) {
    long count = 0;
    for (Layer layer : leaves(layers)) {
      if (layer instanceof FixedLinear f) {
        try (var m = f.matrix()) {
          count += m.length();
        }
      }
    }
    return count;
  }
}
