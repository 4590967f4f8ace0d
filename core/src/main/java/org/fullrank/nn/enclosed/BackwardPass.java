package org.fullrank.nn.enclosed;

import java.util.ArrayList;
import java.util.List;

/** A backward pass through the steps of a network; collects the terms of the Jacobian. */
public final class BackwardPass {
  private final int threads;
  private final List<JacobianTerm> terms = new ArrayList<>();

  /**
   * A pass that has met nothing yet.
   *
   * @param threads to use, at least 1; no bit of a result depends on it
   */
  public BackwardPass(int threads) {
    this.threads = threads;
  }

  /**
   * How many threads may be used.
   *
   * @return at least 1
   */
  public int threads() {
    return threads;
  }

  /**
   * Takes note of the gradients of trained parameter tensors.
   *
   * @param term columns of the Jacobian
   * @throws IllegalArgumentException if one of its tensors belongs to a term that was added before,
   *     with another factor or other tensors: as two groups of columns they would be wrong
   */
  public void add(JacobianTerm term) {
    for (JacobianTerm other : terms) {
      if (term.sharesTensorWith(other) && !term.isOfSameTensors(other)) {
        throw new IllegalArgumentException(
            "a tensor that is used twice expects the same factors and the same partner but got "
                + text(other)
                + " and "
                + text(term));
      }
    }
    terms.add(term);
  }

  private static String text(JacobianTerm term) {
    return "weights "
        + term.weights().map(Object::toString).orElse("none")
        + " with bias "
        + term.bias().map(Object::toString).orElse("none");
  }

  /**
   * The terms met. Uses of one tensor in several places are one term, whose positions are those of
   * all uses: the Gram of a sum is not the sum of the Grams.
   *
   * @return in the order of the pass: the last layer's first
   */
  public List<JacobianTerm> terms() {
    List<JacobianTerm> merged = new ArrayList<>();
    for (JacobianTerm term : terms) {
      if (merged.stream().anyMatch(term::isOfSameTensors)) {
        continue;
      }
      List<JacobianTerm> uses = terms.stream().filter(term::isOfSameTensors).toList();
      merged.add(uses.size() == 1 ? term : JacobianTerm.merged(uses));
    }
    return List.copyOf(merged);
  }
}
