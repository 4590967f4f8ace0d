package org.fullrank.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.fullrank.enclosure.NetworkEnclosure;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.expressivity.ExpressivityCondition;
import org.fullrank.expressivity.ExpressivityReport;
import org.fullrank.io.Dataset;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.SelfTest;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.Residual;
import org.fullrank.ntk.EmpiricalNtk;
import org.fullrank.ntk.GramMatrix;
import org.fullrank.report.Dossier;
import org.fullrank.report.Finding;
import org.fullrank.report.Provenance;
import org.fullrank.report.TerminalProgress;
import org.fullrank.report.plot.SpectrumPlot;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Verdict;
import org.fullrank.rigor.matrix.EnclosedGram;
import org.fullrank.spectrum.CholeskyBound;
import org.fullrank.spectrum.DirectBound;
import org.fullrank.spectrum.Extremes;
import org.fullrank.spectrum.SpectrumSummary;
import org.fullrank.spectrum.solver.DenseEigenSolver;
import org.fullrank.spectrum.solver.Eigenpairs;
import org.fullrank.spectrum.solver.Wanted;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The main job of the library on real data: for a residual tanh network on 8x8 images of digits,
 * the NTK Gram matrix, proved enclosures of its extreme eigenvalues, the expressivity condition,
 * and what is proved about gradient descent, held against a run.
 *
 * <p>Writes {@code report.md}, {@code report.json}, {@code spectrum.png} and {@code
 * convergence.png} into the folder given as argument, by default the current one.
 */
public final class Quickstart {
  private static final Seed SEED = Seed.of(2026);
  private static final int WIDTH = 128;
  private static final int BLOCKS = 4;

  /** The launcher says whether standard error is a terminal, where a line can be overwritten. */
  private static final TerminalProgress PROGRESS =
      TerminalProgress.of(System.err, Boolean.getBoolean("fullrank.progress"));

  private Quickstart() {}

  /** One problem: what is shown of it and what is plotted. */
  private record Study(Dossier dossier, SpectrumPlot plot) {}

  /**
   * Runs the study.
   *
   * @param args the output folder, optional
   * @throws IOException if a file cannot be read or written
   */
  public static void main(String[] args) throws IOException {
    Path out = Path.of(args.length > 0 ? args[0] : ".");
    Files.createDirectories(out);
    PROGRESS.show("loading the digits and testing the backend");
    Dataset digits = Data.digits();
    Backend backend = Backend.describe();
    SelfTest test = Backend.selfTest();
    Dossier dossier =
        Dossier.titled("Residual tanh network on 8x8 digits")
            .withProvenance(
                Provenance.at(Instant.now())
                    .withSeed(SEED.value())
                    .withData(digits.provenance())
                    .withBackend(Map.of("linear algebra", backend.summary())))
            .prose(
                "How well conditioned is this network on these data? The NTK Gram matrix K = J J^T"
                    + " holds the inner products of the gradients of all outputs at all samples. If"
                    + " its smallest eigenvalue is positive, gradient descent can change every"
                    + " output independently, and the larger it is, the faster the loss falls. Each"
                    + " number below comes with an interval that contains it and says how that is"
                    + " known.");
    if (!(test.status() == SelfTest.Status.PASSED)) {
      dossier =
          dossier.warning(
              "Native linear algebra: "
                  + test.status()
                  + " "
                  + test.wrong()
                  + ". "
                  + test.remedy());
    }
    Study study =
        new Study(
            dossier,
            SpectrumPlot.titledWithLogIndex("NTK spectra of a residual tanh network on digits")
                .withCaption(
                    "All eigenvalues of the Gram matrix of the neural tangent kernel at the initial"
                        + " parameters; n: samples, k: outputs. Labels: proved bounds of the least"
                        + " and of the greatest eigenvalue of the stored matrix. A least eigenvalue"
                        + " above zero means full rank."));
    study = study(study, digits, 500, 1);
    study = study(study, digits, 200, 10);
    PROGRESS.show("does gradient descent converge?");
    QuickstartTraining.Result training = training(study.dossier(), digits, 200, 10);
    Dossier done =
        training
            .dossier()
            .section("Figure")
            .figure(
                "spectrum.png", "Eigenvalues of both Gram matrices; the lines are the enclosures.")
            .section("What this does not say")
            .prose(
                "A positive smallest eigenvalue at the initial parameters is not yet a proof that"
                    + " gradient descent on all layers converges: that also needs the size of the"
                    + " residual and how fast the Jacobian changes. A certificate that is not given"
                    + " says nothing about training. A proof about the stored matrix is not one"
                    + " about the network in exact arithmetic, whose Gram differs from the stored"
                    + " one by rounding errors; the rows marked 'exact network' come from a second"
                    + " evaluation in plain Java that carries proved bounds of all of them.");
    Files.writeString(out.resolve("report.md"), done.toMarkdown());
    Files.writeString(out.resolve("report.json"), done.toJson());
    for (String kind : List.of(".png", ".svg")) {
      study.plot().writeTo(out.resolve("spectrum" + kind));
      training.plot().writeTo(out.resolve("convergence" + kind));
    }
    PROGRESS.close();
    System.out.println(done);
    System.out.println(
        "wrote report.md, report.json, spectrum.png and convergence.png to "
            + out.toAbsolutePath().normalize());
  }

  private static Network network(int n, int k) {
    List<Layer> layers = new ArrayList<>();
    layers.add(Dense.of("in", 64, WIDTH).withSigmaW(1.5).withBias(0.1));
    for (int l = 1; l <= BLOCKS; l++) {
      layers.add(
          Residual.of(
              1 / Math.sqrt(BLOCKS),
              Dense.of("block" + l, WIDTH, WIDTH).withSigmaW(1.5).withBias(0.1),
              Elementwise.of(Activations.TANH)));
    }
    // A last hidden layer of at least n - 1 units is what makes full feature rank possible.
    long wide = Math.round(Math.ceil(1.1 * n));
    layers.add(Dense.of("wide", WIDTH, wide).withSigmaW(1.5).withBias(0.1));
    layers.add(Elementwise.of(Activations.TANH));
    layers.add(Dense.of("out", wide, k).withBias(0.1));
    return Network.of(Shape.of(64), layers);
  }

  private static QuickstartTraining.Result training(Dossier before, Dataset digits, int n, int k) {
    Network network = network(n, k);
    Dataset part = digits.take(n).standardized();
    return QuickstartTraining.study(
        before, TrainingProblem.of(network, network.initialize(SEED), part.x(), part.y()));
  }

  private static Study study(Study before, Dataset digits, int n, int k) {
    String label = "n = " + n + ", k = " + k;
    Network network = network(n, k);
    INDArray theta = network.initialize(SEED);
    INDArray x = digits.take(n).standardized().x();

    PROGRESS.show(label + ": Gram matrix");
    long start = System.nanoTime();
    GramMatrix gram = EmpiricalNtk.of(network, theta).gram(x);
    double gramSeconds = (System.nanoTime() - start) * 1e-9;

    PROGRESS.show(label + ": eigenvalues and their enclosures");
    start = System.nanoTime();
    Extremes extremes = CholeskyBound.withDefaults().enclose(gram);
    double boundSeconds = (System.nanoTime() - start) * 1e-9;
    Eigenpairs spectrum = DenseEigenSolver.withDefaults().solve(gram, Wanted.all());
    SpectrumSummary summary = SpectrumSummary.of(spectrum);

    PROGRESS.show(label + ": the network in exact arithmetic");
    start = System.nanoTime();
    List<Quantity> exact = exactNetwork(network, theta, x);
    double exactSeconds = (System.nanoTime() - start) * 1e-9;

    PROGRESS.show(label + ": expressivity condition");
    ExpressivityReport expressivity = ExpressivityCondition.of(network, theta).check(x);

    Quantity lambdaMin = extremes.lambdaMin();
    Quantity decisive = exact.isEmpty() ? lambdaMin : exact.get(0);
    Dossier dossier =
        before
            .dossier()
            .section("NTK Gram matrix, " + label)
            .fact(
                "network",
                BLOCKS + " residual blocks of width " + WIDTH + ", tanh, NTK parametrisation")
            .fact("parameters p", String.valueOf(network.parameterCount()))
            .fact("Gram matrix", gram.size() + " x " + gram.size() + ", float64")
            .fact(
                "time",
                String.format(
                    Locale.ROOT,
                    "Gram %.2f s, enclosures %.2f s, exact network %.2f s",
                    gramSeconds,
                    boundSeconds,
                    exactSeconds))
            .quantities(lambdaMin, extremes.lambdaMax(), extremes.conditionNumber())
            .quantities(exact)
            .quantities(summary.effectiveRank(), summary.intrinsicDimension())
            .finding(
                Finding.of(
                    "lambda_min(K) > 0, " + label,
                    Verdict.ofLess(Interval.ZERO, decisive.interval()),
                    decisive,
                    "A Gram matrix is positive definite exactly when its smallest eigenvalue is"
                        + " positive."))
            .section("Bounds without a factorisation, " + label)
            .quantities(ends(DirectBound.gershgorin().enclose(gram)))
            .quantities(ends(DirectBound.wolkowiczStyan().enclose(gram)))
            .section("Expressivity condition, " + label)
            .quantities(expressivity.quantities())
            .finding(
                Finding.of(
                    "rank [h(X), 1] = n, " + label,
                    expressivity.verdict(),
                    expressivity.margin(),
                    expressivity.reason()));
    SpectrumPlot plot =
        before.plot().withSpectrum(label, spectrum.values(), lambdaMin, extremes.lambdaMax());
    gram.close();
    spectrum.close();
    return new Study(dossier, plot);
  }

  /** Both ends of the spectrum of the network itself, proved; empty if a layer is an obstacle. */
  private static List<Quantity> exactNetwork(Network network, INDArray theta, INDArray x) {
    if (NetworkEnclosure.obstacle(network).isPresent()) {
      return List.of();
    }
    EnclosedGram gram = NetworkEnclosure.of(network, theta).at(x).jacobian().gram();
    return ends(CholeskyBound.withDefaults().enclose(gram));
  }

  private static List<Quantity> ends(Extremes extremes) {
    return List.of(extremes.lambdaMin(), extremes.lambdaMax());
  }
}
