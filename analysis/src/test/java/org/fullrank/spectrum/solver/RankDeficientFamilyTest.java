package org.fullrank.spectrum.solver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.fullrank.linalg.DenseSymmetric;
import org.fullrank.ntk.KernelStatistics;
import org.fullrank.rigor.eigen.SpectrumEnclosure;
import org.fullrank.spectrum.AllEigenvalues;
import org.fullrank.spectrum.Spectra;
import org.fullrank.spectrum.estimate.SpectralDensity;
import org.fullrank.spectrum.estimate.StochasticLanczos;
import org.fullrank.spectrum.solver.RankDeficientFamily.Kind;
import org.fullrank.spectrum.solver.RankDeficientFamily.Member;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every solver on Gram matrices of deficient rank, for every number of wanted pairs: the values are
 * right or the status says that they may not be, and no solver ends without values.
 *
 * <p>The whole family takes hours. {@code -DrankDeficient.from=N -DrankDeficient.to=M} runs the
 * members {@code N .. M - 1}; each prints a line with the counts so far when it is done.
 */
class RankDeficientFamilyTest {
  private static final List<EigenSolver> ITERATIVE =
      List.of(
          LanczosSolver.withDefaults(),
          LobpcgSolver.withDefaults(),
          ShiftInvertSolver.withDefaults());

  private static final List<EigenSolver> DIRECT =
      List.of(JavaEigenSolver.create(), DenseEigenSolver.withDefaults());

  /** How many numbers of wanted pairs the sample takes of a member of order above 100. */
  private static final int COUNTS_IF_LARGE = 3;

  /** The outcomes of one solver. */
  private static final class Tally {
    int right;
    int honest;
    int failed;
    int wrong;

    @Override
    public String toString() {
      return "right " + right + ", honest " + honest + ", FAILED " + failed + ", wrong " + wrong;
    }
  }

  private final Map<String, Tally> tallies = new TreeMap<>();
  private final StringBuilder faults = new StringBuilder();

  /**
   * One member of every kind at every order, drawn with a seed: 21 of 389. Each goes to all five
   * solvers, to both enclosures, to the statistics and to the density. The numbers of wanted pairs
   * are all that the whole family has for orders up to 100, and {@link #COUNTS_IF_LARGE} of them,
   * drawn for each member, above.
   */
  @Test
  void aSampleIsRight() {
    Random random = new Random(12);
    Collection<List<Member>> strata =
        RankDeficientFamily.members().stream()
            .collect(
                Collectors.groupingBy(
                    m -> List.of(m.kind(), m.n()), LinkedHashMap::new, Collectors.toList()))
            .values();
    assertThat(strata).hasSize(Kind.values().length * RankDeficientFamily.ORDERS.length);
    for (List<Member> stratum : strata) {
      Member member = stratum.get(random.nextInt(stratum.size()));
      List<Integer> counts = counts(member);
      if (member.n() > 100) {
        Collections.shuffle(counts, random);
        counts = counts.subList(0, COUNTS_IF_LARGE);
      }
      run(member, counts);
    }
    requireAllRight();
  }

  @Test
  void rankSixOfOrder64IsRight() {
    Member member = new Member(0, Kind.SINE, 64, 6);
    run(member, counts(member));
    requireAllRight();
  }

  @Test
  void anOffDiagonalOfPureRoundingStopsNoSolver() {
    Case sine = new Case(new Member(0, Kind.SINE, 100, 40));
    solve(sine, JavaEigenSolver.create(), Wanted.all());
    describe(sine);
    Case network = new Case(new Member(0, Kind.NTK, 150, 57));
    solve(network, JavaEigenSolver.create(), Wanted.all());
    describe(network);
    Case large = new Case(new Member(0, Kind.SINE, 300, 50));
    solve(large, LanczosSolver.withDefaults(), Wanted.smallest(60));
    solve(large, LobpcgSolver.withDefaults(), Wanted.largest(120));
    enclose(large, JavaEigenSolver.create());
    requireAllRight();
  }

  @Test
  @Tag("exhaustive")
  void theWholeFamilyIsRightOrHonest() {
    List<Member> members = RankDeficientFamily.members();
    int to = Math.min(members.size(), Integer.getInteger("rankDeficient.to", members.size()));
    for (int i = Integer.getInteger("rankDeficient.from", 0); i < to; i++) {
      run(members.get(i), counts(members.get(i)));
      System.out.println(members.get(i) + " " + tallies + faults);
    }
    requireNoFault();
  }

  private void requireNoFault() {
    assertThat(faults.toString()).isEmpty();
    assertThat(tallies).isNotEmpty();
    tallies.values().forEach(t -> assertThat(t.right).isPositive());
  }

  /**
   * Only solvers that see products alone may run out of budget, where values are close together.
   */
  private void requireAllRight() {
    requireNoFault();
    Map<String, Tally> others = new TreeMap<>(tallies);
    others.remove(LanczosSolver.withDefaults().name());
    others.remove(LobpcgSolver.withDefaults().name());
    assertThat(others.values()).extracting(t -> t.honest).containsOnly(0);
  }

  /** A member with its matrix and the spectrum of it. */
  private static final class Case {
    final Member member;
    final DenseSymmetric gram;
    final double[] spectrum;

    Case(Member member) {
      this.member = member;
      this.gram = Spectra.symmetric(RankDeficientFamily.gram(member.factor()));
      this.spectrum = member.spectrum();
    }

    double norm() {
      return spectrum[member.n() - 1];
    }
  }

  /** The numbers of wanted pairs that the whole family has of this member. */
  private static List<Integer> counts(Member member) {
    int n = member.n();
    int r = member.r();
    return IntStream.of(1, 5, r - 1, r, r + 1, n / 2, n - 1, n)
        .filter(k -> k >= 1 && k <= n)
        .distinct()
        .boxed()
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private void run(Member member, List<Integer> counts) {
    Case c = new Case(member);
    for (int k : counts) {
      for (EigenSolver solver : ITERATIVE) {
        solve(c, solver, Wanted.largest(k));
        solve(c, solver, Wanted.smallest(k));
      }
    }
    for (EigenSolver solver : DIRECT) {
      solve(c, solver, Wanted.all());
      solve(c, solver, Wanted.all().withVectors());
      enclose(c, solver);
    }
    describe(c);
    sample(c);
  }

  private void solve(Case c, EigenSolver solver, Wanted wanted) {
    int n = c.member.n();
    Tally tally = tally(solver.name());
    try (Eigenpairs pairs = solver.solve(c.gram, wanted)) {
      int from = wanted.from(n);
      int count = wanted.to(n) - from;
      // The tolerance of the solver on the residual, and the rounding of the Gram itself.
      double tolerance = (DIRECT.contains(solver) ? 1e-12 : 1.5e-10) * c.norm();
      if (pairs.status() == SolverStatus.FAILED || pairs.count() != count) {
        tally.failed++;
        fault(c, solver.name(), wanted, pairs.status() + " with " + pairs.count() + " values");
      } else if (pairs.status() == SolverStatus.CONVERGED) {
        double error = 0;
        for (int i = 0; i < count; i++) {
          error = Math.max(error, Math.abs(pairs.value(i) - c.spectrum[from + i]));
        }
        count(tally, error <= tolerance, c, solver.name(), wanted, "error " + error / c.norm());
      } else {
        tally.honest++;
      }
    }
  }

  private void enclose(Case c, EigenSolver solver) {
    String name = "AllEigenvalues, " + solver.name();
    SpectrumEnclosure all = AllEigenvalues.withDefaults().withCandidates(solver).enclose(c.gram);
    double slack = 1e-12 * c.norm();
    boolean right = true;
    for (int i = 0; i < c.member.n(); i++) {
      right &= all.interval(i).lo() <= c.spectrum[i] + slack;
      right &= all.interval(i).hi() >= c.spectrum[i] - slack;
    }
    double width = all.width();
    right &= width <= 1e-9 * c.norm();
    count(tally(name), right, c, name, null, "width " + width / c.norm());
  }

  private void describe(Case c) {
    String name = "KernelStatistics";
    double sum = Arrays.stream(c.spectrum).sum();
    double entropy =
        -Arrays.stream(c.spectrum).filter(t -> t > 0).map(t -> t / sum * Math.log(t / sum)).sum();
    double found = KernelStatistics.of(c.gram).spectralEntropy().interval().mid();
    double error = Math.abs(found - entropy / Math.log(c.member.n()));
    count(tally(name), error <= 1e-9, c, name, null, "error " + error);
  }

  private void sample(Case c) {
    String name = "stochastic Lanczos quadrature";
    int n = c.member.n();
    SpectralDensity density =
        StochasticLanczos.withSeed(5)
            .withProbes(8)
            .withSteps(30)
            .withConfidence(1 - 1e-6)
            .density(c.gram);
    double ridge = 0.01 * c.norm();
    double dimension = Arrays.stream(c.spectrum).map(t -> t / (t + ridge)).sum();
    double logs = Arrays.stream(c.spectrum).map(t -> Math.log(t + ridge)).sum();
    double below = Arrays.stream(c.spectrum).filter(t -> t <= ridge).count() / (double) n;
    boolean right =
        density.trace().interval().contains(Arrays.stream(c.spectrum).sum())
            && density.effectiveDimension(ridge).interval().contains(dimension)
            && density.logDeterminant(ridge).interval().contains(logs)
            && density.cumulative(ridge).interval().contains(below);
    count(tally(name), right, c, name, null, "an interval misses");
  }

  private Tally tally(String name) {
    return tallies.computeIfAbsent(name, x -> new Tally());
  }

  private void count(
      Tally tally, boolean right, Case c, String name, @Nullable Wanted wanted, String what) {
    if (right) {
      tally.right++;
    } else {
      tally.wrong++;
      fault(c, name, wanted, what);
    }
  }

  private void fault(Case c, String name, @Nullable Wanted wanted, String what) {
    faults.append("\n  ").append(c.member).append(' ').append(name);
    if (wanted != null) {
      int n = c.member.n();
      faults.append(' ').append(wanted.part()).append(' ').append(wanted.to(n) - wanted.from(n));
    }
    faults.append(": ").append(what);
  }
}
