package org.fullrank.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.fullrank.diff.Linearization;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.nn.Slot;
import org.junit.jupiter.api.DynamicTest;

/** Shapes, slots, text, and that a network takes the layer. */
record DescriptionChecks(LayerCase at) {
  List<DynamicTest> tests() {
    return List.of(
        dynamicTest("the inferred shape is the actual one", this::shape),
        dynamicTest("slots are consecutive and have names of their own", this::slots),
        dynamicTest("the text is the same in every run", this::text),
        dynamicTest("a network of the layer alone has its value", this::network));
  }

  private void shape() {
    try (Linearization l = at.layer().linearize(at.theta(), at.x())) {
      assertArrayEquals(at.output().after(LayerCase.N), l.value().shape(), "shape of the value");
    }
  }

  private void slots() {
    long offset = 0;
    Set<String> names = new HashSet<>();
    for (Slot slot : at.layer().slots()) {
      assertEquals(offset, slot.offset(), () -> "offset of slot " + slot.name());
      assertTrue(
          names.add(slot.name()) || slot.tie().isPresent(),
          () -> "slot name " + slot.name() + " appears twice");
      offset += slot.size();
    }
    assertEquals(offset, at.layer().parameterCount(), "parameterCount()");
  }

  /** It identifies the layer in digests of problems and in messages. */
  private void text() {
    String text = at.layer().toString();
    assertFalse(
        text.contains("@" + Integer.toHexString(System.identityHashCode(at.layer()))),
        () -> "toString() is " + text + ", another one in every run: override it");
  }

  /** Chains check what their layers return, and hand them views of their parameters. */
  private void network() {
    Network network = Network.of(at.input(), at.layer());
    boolean tied = network.parameterCount() != at.parameters();
    if (!tied) {
      try (Linearization l = network.linearize(at.theta(), at.x())) {
        Near.assertNear(
            "value in a network", at.valueAt(at.theta(), at.x()), Tensors.toDoubles(l.value()));
        l.pullback(at.cotangents(LayerCase.M)).close();
      }
    }
  }
}
