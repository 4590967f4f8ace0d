package org.fullrank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.fullrank.BadArrays.INF;
import static org.fullrank.BadArrays.NAN;
import static org.fullrank.oracle.Misuse.argument;

import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.fullrank.linalg.Tensors;
import org.fullrank.oracle.Misuse;
import org.fullrank.report.Dossier;
import org.fullrank.report.Finding;
import org.fullrank.report.Provenance;
import org.fullrank.report.TerminalProgress;
import org.fullrank.report.plot.Axis;
import org.fullrank.report.plot.LinePlot;
import org.fullrank.report.plot.SpectrumPlot;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.fullrank.rigor.eigen.ShiftedCholeskyBound;
import org.fullrank.rigor.eigen.SpectralNorm;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.fullrank.rigor.eigen.SymmetricProduct;
import org.fullrank.rigor.kernel.Cholesky;
import org.fullrank.rigor.kernel.Product;
import org.fullrank.rigor.rank.IndependentRows;
import org.fullrank.rigor.rank.RankCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Misuse of intervals, proofs and reports gets an exception that explains it. */
class BadInputProofTest {
  private static double[][] rows(double... v) {
    int n = (int) Math.sqrt(v.length);
    return Tensors.toRows(Tensors.of(v, n, n));
  }

  static Stream<Misuse> proofs() {
    ShiftedCholeskyBound shifted = ShiftedCholeskyBound.withDefaults();
    double[][] ragged = {{1, 2}, {3}};
    double[][] none = {};
    double[][] hollow = {{}};
    return Stream.of(
        argument("lo > hi", () -> new Interval(2, 1), "lo <= hi", "lo = 2.0", "hi = 1.0"),
        argument("interval NaN", () -> Interval.of(0, NAN), "lo <= hi", "NaN"),
        argument("beyond all numbers", () -> Interval.atLeast(INF), "real number", "Infinity"),
        argument("point at infinity", () -> Interval.of(INF), "finite", "Infinity"),
        argument("radius -1", () -> Interval.around(0, -1), "radius >= 0", "-1.0"),
        argument("centre NaN", () -> Interval.around(NAN, 1), "finite mid", "NaN"),
        argument("decimal", () -> Interval.fromDecimal("1,5"), "fromDecimal", "'1,5'"),
        argument("no decimal", () -> Interval.fromDecimal(""), "fromDecimal", "''"),
        argument("root", () -> Interval.of(-2, -1).sqrt(), "sqrt", ">= 0", "[-2, -1]"),
        argument("apart", () -> Interval.ZERO.intersect(Interval.ONE), "intersect", "[0]"),
        argument("blank symbol", () -> quantity(" ", "m"), "Quantity", "symbol", "none"),
        argument("blank method", () -> quantity("q", ""), "Quantity", "method", "none"),
        argument(
            "computed NaN",
            () -> Quantity.computed("q", NAN, Subject.STORED_MATRIX, "m"),
            "finite",
            "NaN"),
        argument("matrix NaN", () -> SymmetricMatrix.of(rows(1, NAN, NAN, 1)), "Symmetric", "NaN"),
        argument("matrix of none", () -> SymmetricMatrix.of(none), "SymmetricMatrix", "one row"),
        argument("matrix of hollow", () -> SymmetricMatrix.of(hollow), "SymmetricMatrix", "one"),
        argument("ragged", () -> SymmetricMatrix.of(ragged), "SymmetricMatrix", "row 1"),
        argument("asymmetric", () -> SymmetricMatrix.of(rows(1, 2, 3, 4)), "(1, 0)", "3.0", "2.0"),
        argument("entry", () -> SymmetricMatrix.of(rows(1)).get(0, 1), "below 1", "(0, 1)"),
        argument(
            "perturbed without proof",
            () ->
                SymmetricMatrix.of(rows(1))
                    .perturbedBy(
                        Quantity.computed("e", 1, Subject.EXACT_NETWORK, "guess"),
                        Subject.EXACT_NETWORK),
            "perturbedBy",
            "VERIFIED",
            "computed"),
        argument("product of ragged", () -> SymmetricProduct.of(ragged, 1), "row 1"),
        argument("threads 0", () -> SymmetricProduct.of(rows(1), 0), "threads >= 1", "got 0"),
        argument("factors", () -> Product.of(rows(1), rows(1, 2, 3, 4), 1), "[1, 1]", "[2, 2]"),
        argument("factor NaN", () -> Product.of(rows(NAN), rows(1), 1), "left factor", "NaN"),
        argument("product threads", () -> Product.of(rows(1), rows(1), -1), "threads >= 1", "-1"),
        argument("certificate threads", () -> RankCertificate.of(rows(1), rows(1), 0), "got 0"),
        argument("inverse shape", () -> certificate(rows(1, 2, 3, 4), rows(1)), "[2, 2]", "1 rows"),
        argument("inverse of none", () -> certificate(rows(1), none), "[1, 1]", "0 rows"),
        argument("certificate NaN", () -> certificate(rows(NAN), rows(1)), "finite", "NaN"),
        argument("refined threads", () -> RankCertificate.refined(rows(1), rows(1), 0), "got 0"),
        argument("refined shape", () -> RankCertificate.refined(rows(1), none, 1), "[1, 1]"),
        argument("search NaN", () -> RankCertificate.search(rows(NAN), 1), "finite", "NaN"),
        argument("search threads", () -> RankCertificate.search(rows(1), 0), "got 0"),
        argument("rows of ragged", () -> IndependentRows.of(ragged, 1), "row 1"),
        argument("rows threads", () -> IndependentRows.of(rows(1), 0), "got 0"),
        argument("norm NaN", () -> SpectralNorm.enclose(rows(NAN), 1), "SpectralNorm", "NaN"),
        argument("norm threads", () -> SpectralNorm.enclose(rows(1), 0), "got 0"),
        argument("short row", () -> Cholesky.of(ragged(), 1), "row 1", "2 entries", "got 1"),
        argument("Cholesky threads", () -> Cholesky.of(rows(1), 0), "threads >= 1", "got 0"),
        argument("factor row", () -> Cholesky.of(rows(1), 1).row(1), "below 1", "got 1"),
        argument("bound threads", () -> shifted.withThreads(0), "withThreads", "got 0"),
        argument("bound width", () -> shifted.withRelativeWidth(NAN), "withRelativeWidth", "NaN"));
  }

  private static double[][] ragged() {
    return new double[][] {{1}, {2}};
  }

  private static Quantity quantity(String symbol, String method) {
    return Quantity.verified(symbol, Interval.ONE, Subject.STORED_MATRIX, method);
  }

  private static RankCertificate certificate(double[][] m, double[][] p) {
    return RankCertificate.of(m, p, 1);
  }

  static Stream<Misuse> reports() {
    Dossier d = Dossier.titled("t");
    Axis axis = Axis.linear("a");
    LinePlot plot = LinePlot.titled("t", axis, Axis.log10("b"));
    Quantity margin = quantity("m", "test");
    TerminalProgress progress =
        TerminalProgress.of(new PrintStream(OutputStream.nullOutputStream()), false);
    return Stream.of(
        argument("no title", () -> Dossier.titled(" "), "Dossier", "title"),
        argument("no heading", () -> d.section(""), "Dossier.section", "heading"),
        argument("no prose", () -> d.prose("\n"), "Dossier.prose", "text"),
        argument("no file", () -> d.figure("", "c"), "Dossier.figure", "file"),
        argument("no axis title", () -> Axis.linear(""), "Axis", "title"),
        argument("size", () -> plot.withSize(10, 100_000), "480 x 320", "10 x 100000"),
        argument("pairs", () -> plot.withSeries("s", new double[2], new double[1]), "'s'", "2 and"),
        argument("no points", () -> plot.withSeries("s", new double[0], new double[0]), "0 and 0"),
        argument(
            "x NaN", () -> plot.withSeries("s", new double[] {NAN}, new double[1]), "'s'", "NaN"),
        argument("no series", () -> plot.withEnclosure(margin), "withEnclosure", "none"),
        argument(
            "spectrum NaN",
            () -> SpectrumPlot.titled("t").withSpectrum("s", new double[] {NAN}),
            "'s'",
            "finite",
            "NaN"),
        argument(
            "contradiction",
            () -> Finding.of("f", Verdict.FAILS, margin, "r"),
            "'f'",
            "positive",
            "FAILS"),
        argument(
            "too rigorous",
            () ->
                new Finding(
                    "f",
                    Verdict.HOLDS,
                    Rigor.VERIFIED,
                    java.util.Optional.of(margin.weakenedTo(Rigor.COMPUTED)),
                    "r"),
            "'f'",
            "COMPUTED",
            "VERIFIED"),
        argument(
            "no reason", () -> Finding.of("f", Verdict.HOLDS, margin, ""), "Finding", "reason"),
        argument("progress", () -> progress.show("t", 3, 2), "done <= total", "3 of 2"),
        argument(
            "processors",
            () -> new Provenance("1", "j", "p", 0, Map.of(), "", "", Instant.EPOCH),
            "processors > 0",
            "got 0"));
  }

  @ParameterizedTest
  @MethodSource({"proofs", "reports"})
  void isExplained(Misuse misuse) {
    misuse.check();
  }

  /** A huge number of threads is a wish, not an order. */
  @Test
  void threadsAreNotStartedInVain() {
    int n = 600;
    double[][] a = new double[n][n];
    for (int i = 0; i < n; i++) {
      a[i][i] = 1 + i;
    }
    Interval one =
        ShiftedCholeskyBound.withDefaults()
            .withThreads(Integer.MAX_VALUE)
            .lambdaMin(SymmetricMatrix.of(a));
    assertThat(one.contains(1)).isTrue();
    assertThat(Cholesky.of(a, Integer.MAX_VALUE).completed()).isTrue();
    assertThat(List.of(SymmetricProduct.of(a, Integer.MAX_VALUE).order())).containsExactly(n);
  }
}
