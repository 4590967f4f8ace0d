package org.fullrank.evidence;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.fullrank.linalg.Chunks;
import org.fullrank.nn.Layer;
import org.fullrank.nn.LayerContent;
import org.fullrank.nn.Slot;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * SHA-256 sums of what a problem consists of: types, shapes and the bits of all numbers. A layer,
 * an activation or a loss of the caller's own enters by its class and its text, since nothing else
 * is known of it. Cost: one pass over parameters, data and fixed matrices, about 10 ns a number.
 *
 * @param parts hexadecimal sums of network, theta, inputs, targets and loss, in this order
 */
record ProblemDigest(Map<String, String> parts) {
  static ProblemDigest of(TrainingProblem problem) {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("network", new Sum().layers(problem.network().layers()).hex());
    parts.put("theta", new Sum().tensor(problem.theta()).hex());
    parts.put("inputs", new Sum().tensor(problem.x()).hex());
    parts.put("targets", new Sum().tensor(problem.y()).hex());
    Set<String> frozen = new TreeSet<>();
    for (Slot slot : problem.network().slots()) {
      if (!problem.isTrained(slot)) {
        frozen.add(slot.name());
      }
    }
    Loss loss = problem.loss();
    parts.put(
        "loss", new Sum().text(loss.getClass().getName()).text(loss.text()).texts(frozen).hex());
    return new ProblemDigest(parts);
  }

  /** The sum of all parts, hexadecimal. */
  String hex() {
    return new Sum().texts(parts.values()).hex();
  }

  /** The parts in which two problems differ. */
  List<String> differences(ProblemDigest other) {
    return parts.keySet().stream()
        .filter(p -> !Objects.equals(parts.get(p), other.parts.get(p)))
        .toList();
  }

  private static final class Sum {
    private final MessageDigest digest;

    Sum() {
      try {
        digest = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has SHA-256", e);
      }
    }

    /** With its length, so that no two sequences of texts run together alike. */
    Sum text(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(4).putInt(0, bytes.length));
      digest.update(bytes);
      return this;
    }

    Sum texts(Iterable<String> texts) {
      texts.forEach(this::text);
      return text("");
    }

    Sum number(double x) {
      digest.update(ByteBuffer.allocate(8).putDouble(0, x));
      return this;
    }

    Sum tensor(INDArray a) {
      text(a.dataType().name());
      for (long size : a.shape()) {
        number((double) size);
      }
      text("");
      Chunks.forEach(
          a,
          (chunk, length) -> {
            ByteBuffer bytes = ByteBuffer.allocate(8 * length);
            for (int i = 0; i < length; i++) {
              bytes.putDouble(chunk[i]);
            }
            digest.update(bytes.flip());
          });
      return this;
    }

    Sum layers(List<? extends Layer> layers) {
      layers.forEach(this::layer);
      return text("");
    }

    private void layer(Layer layer) {
      text(layer.getClass().getName()).text(layer.toString());
      for (Slot slot : layer.slots()) {
        text(slot.name()).text(slot.shape().toString());
      }
      text("");
      layer.describe(new Content(this));
      if (!layer.parts().isEmpty()) {
        layers(layer.parts());
      }
    }

    String hex() {
      return HexFormat.of().formatHex(digest.digest());
    }
  }

  /** What a layer tells, into a sum. */
  private record Content(Sum sum) implements LayerContent {
    @Override
    public void number(double value) {
      sum.number(value);
    }

    @Override
    public void text(String value) {
      sum.text(value);
    }

    @Override
    public void array(INDArray values) {
      sum.tensor(values);
    }
  }
}
