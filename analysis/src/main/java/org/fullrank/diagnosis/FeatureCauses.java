package org.fullrank.diagnosis;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.fullrank.diagnosis.SingularityCause.Kind;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Parity;
import org.fullrank.nn.Traits;
import org.fullrank.rigor.Subject;

/** Causes for which {@code [h(X), 1]}, h the input of the last layer, has rank below n. */
final class FeatureCauses {
  private final double[][] x;
  private final double[][] h;
  private final long n;
  private final List<SingularityCause> found = new ArrayList<>();

  private FeatureCauses(double[][] x, double[][] h) {
    this.x = x;
    this.h = h;
    this.n = x.length;
  }

  static List<SingularityCause> of(
      Network network, double[][] x, double[][] h, List<String> notes) {
    FeatureCauses causes = new FeatureCauses(x, h);
    causes.width();
    if (network.traits().couplesSamples()) {
      notes.add("relations between inputs were not examined because a layer couples the samples");
    } else {
      causes.inputs(network);
    }
    causes.stored(notes);
    return causes.found;
  }

  private void add(Kind kind, Subject subject, long rank, List<List<Long>> witnesses, String text) {
    found.add(SingularityCause.proved(kind, subject, rank, witnesses, text));
  }

  private void width() {
    long w = h[0].length;
    if (w + 1 < n) {
      add(
          Kind.FEW_FEATURES,
          Subject.EXACT_NETWORK,
          w + 1,
          List.of(),
          w + " features and a column of ones for " + n + " samples");
    }
  }

  private void inputs(Network network) {
    Subject exact = Subject.EXACT_NETWORK;
    List<List<Long>> equal = Rows.equal(x);
    if (!equal.isEmpty()) {
      add(
          Kind.DUPLICATE_INPUTS,
          exact,
          n - Rows.surplus(equal),
          equal,
          "inputs repeat others to the bit, samples " + Witnesses.text(equal));
    }
    List<Layer> body = network.layers().subList(0, network.layers().size() - 1);
    Traits traits = body.isEmpty() ? Traits.LINEAR : network.prefix(body.size()).traits();
    boolean even = traits.parity() == Parity.EVEN;
    boolean odd = traits.parity() == Parity.ODD;
    List<List<Long>> pairs = Rows.negatives(x);
    // Even: equal rows. Odd: the two rows of each pair sum to (0, ..., 0, 2).
    long lost = even ? pairs.size() : odd ? pairs.size() - 1L : 0;
    if (lost > 0) {
      add(
          Kind.SIGN_SYMMETRY,
          exact,
          n - lost,
          pairs,
          "features are "
              + (even ? "even" : "odd")
              + " in the input and inputs are negatives of others, samples "
              + Witnesses.text(pairs));
    }
    if (traits.homogeneous()) {
      rays(odd);
    }
    OptionalInt degree = traits.degree();
    if (degree.isPresent()) {
      long d = Monomials.count(x[0].length, degree.getAsInt());
      if (d < n) {
        add(
            Kind.LOW_POLYNOMIAL_DEGREE,
            exact,
            d,
            List.of(),
            "features are polynomials of degree at most "
                + degree.getAsInt()
                + " in "
                + x[0].length
                + " inputs, a space of dimension "
                + d
                + " for "
                + n
                + " samples");
      }
    }
  }

  /** Rows {@code (a h, 1)} of inputs {@code a x} lie on a line: three of them are dependent. */
  private void rays(boolean eitherSign) {
    List<List<Long>> lines =
        Rows.proportional(x, eitherSign).stream().filter(g -> g.size() > 2).toList();
    long lost = lines.stream().mapToLong(g -> g.size() - 2L).sum();
    if (lost > 0 && found.stream().noneMatch(c -> c.kind() == Kind.DUPLICATE_INPUTS)) {
      add(
          Kind.PROPORTIONAL_INPUTS,
          Subject.EXACT_NETWORK,
          n - lost,
          lines,
          "features are homogeneous and three or more inputs are multiples of each other, samples "
              + Witnesses.text(lines));
    }
  }

  /** What the stored numbers add to what is known already. */
  private void stored(List<String> notes) {
    long best = found.stream().mapToLong(SingularityCause::rankAtMost).min().orElse(n);
    List<List<Long>> equal = Rows.equal(h);
    if (n - Rows.surplus(equal) < best) {
      best = n - Rows.surplus(equal);
      add(
          Kind.DUPLICATE_ROWS,
          Subject.STORED_MATRIX,
          best,
          equal,
          "stored feature rows are equal to the bit, samples " + Witnesses.text(equal));
    }
    double[][] columns = Rows.transposed(Rows.withOnes(h));
    List<Long> redundant = redundantColumns(columns);
    long rank = (long) columns.length - redundant.size();
    if (rank < best) {
      best = rank;
      add(
          Kind.REDUNDANT_COLUMNS,
          Subject.STORED_MATRIX,
          rank,
          List.of(redundant),
          redundant.size()
              + " stored features are constant or repeat others, units "
              + Witnesses.text(List.of(redundant)));
    }
    double[][] m = Rows.withOnes(h);
    if (best < n || !ExactRank.isFeasible(m)) {
      if (best == n) {
        notes.add("exact dependence of the stored features was not examined: too many entries");
      }
      return;
    }
    ExactRank exact = ExactRank.of(m);
    if (exact.rank() < n) {
      add(
          Kind.DEPENDENT_ROWS,
          Subject.STORED_MATRIX,
          exact.rank(),
          List.of(exact.dependent()),
          "a combination of stored rows vanishes exactly, samples "
              + Witnesses.text(List.of(exact.dependent())));
    }
  }

  /** Constant columns but the last one, and columns equal to an earlier one. */
  private static List<Long> redundantColumns(double[][] columns) {
    Set<Long> out = new HashSet<>();
    Rows.equal(columns).forEach(g -> out.addAll(g.subList(0, g.size() - 1)));
    for (int q = 0; q + 1 < columns.length; q++) {
      double first = columns[q][0];
      boolean constant = true;
      for (double v : columns[q]) {
        constant &= v == first;
      }
      if (constant) {
        out.add((long) q);
      }
    }
    return out.stream().sorted().toList();
  }
}
