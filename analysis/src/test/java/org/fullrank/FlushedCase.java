package org.fullrank;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.HypothesisCheck;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Theorem;
import org.fullrank.convergence.theorem.Theorems;
import org.fullrank.diagnosis.SingularityCause;
import org.fullrank.diagnosis.SingularityDiagnosis;
import org.fullrank.diff.Jacobian;
import org.fullrank.enclosure.EnclosedNetwork;
import org.fullrank.enclosure.LipschitzBound;
import org.fullrank.enclosure.NetworkEnclosure;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.evidence.measure.Measurements;
import org.fullrank.expressivity.Cause;
import org.fullrank.expressivity.ExpressivityCondition;
import org.fullrank.kernel.WideReluKernel;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Activation;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.ntk.SchurSandwich;
import org.fullrank.report.Finding;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Proof;
import org.fullrank.rigor.Quantity;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.StructuralFact;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.fullrank.rigor.eigen.DeterminantBound;
import org.fullrank.rigor.eigen.EigenvalueEnclosure;
import org.fullrank.rigor.eigen.GershgorinBound;
import org.fullrank.rigor.eigen.Hint;
import org.fullrank.rigor.eigen.ShiftedCholeskyBound;
import org.fullrank.rigor.eigen.SpectralNorm;
import org.fullrank.rigor.eigen.SpectrumEnclosure;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.fullrank.rigor.eigen.SymmetricProduct;
import org.fullrank.rigor.eigen.TempleKatoBound;
import org.fullrank.rigor.eigen.WolkowiczStyanBound;
import org.fullrank.rigor.kernel.Dot2;
import org.fullrank.rigor.kernel.Norms;
import org.fullrank.rigor.kernel.Product;
import org.fullrank.rigor.matrix.EnclosedGram;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.fullrank.rigor.matrix.LinearMap;
import org.fullrank.rigor.rank.IndependentRows;
import org.fullrank.rigor.rank.ModularRank;
import org.fullrank.rigor.rank.RankCertificate;
import org.fullrank.spectrum.AllEigenvalues;
import org.fullrank.spectrum.CholeskyBound;
import org.fullrank.spectrum.DirectBound;
import org.fullrank.spectrum.ExactProductBound;
import org.fullrank.spectrum.RankAnalysis;
import org.fullrank.spectrum.solver.JavaEigenSolver;
import org.fullrank.surrogate.ReluTransform;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A random small problem whose data differ by subnormal numbers only, and every public way to a
 * verified statement about it. What is prepared here was made in the mode of Java; the entries are
 * for another mode.
 */
final class FlushedCase {
  private static final Activation[] ACTIVATIONS = {
    Activations.TANH, Activations.RELU, Activations.SOFTPLUS, Activations.IDENTITY
  };

  private final Random random;
  private final double[][] rows;
  private final double[][] square;
  private final Network network;
  private final INDArray theta;
  private final INDArray x;
  private final TrainingProblem problem;
  private final double[][] features;
  private final List<Certificate> certificates = new ArrayList<>();

  FlushedCase(long seed) {
    random = new Random(seed);
    int n = 2 + random.nextInt(3);
    int d = 2 + random.nextInt(2);
    double[][] inputs = new double[n][d];
    double[] shared = random.doubles(d, -1, 1).toArray();
    for (double[] input : inputs) {
      for (int j = 0; j < d; j++) {
        // Other in subnormal numbers, equal or zero once these are lost; or plainly other.
        int kind = random.nextInt(4);
        input[j] = kind == 0 ? subnormal() : kind == 1 ? shared[j] : random.nextGaussian();
      }
    }
    rows = inputs;
    square = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        square[i][j] = random.nextBoolean() ? 0 : subnormal();
        square[j][i] = square[i][j];
      }
      square[i][i] = random.nextInt(3) == 0 ? random.nextDouble() : Math.abs(subnormal());
    }
    Dense first = Dense.of("a", d, 4 + random.nextInt(5));
    Dense last = Dense.of("o", first.out(), 1);
    boolean bias = random.nextBoolean();
    network =
        Network.of(
            Shape.of(d),
            bias ? first.withBias(1) : first,
            Elementwise.of(ACTIVATIONS[random.nextInt(ACTIVATIONS.length)]),
            bias ? last.withBias(1) : last);
    theta = network.initialize(Seed.of(seed));
    if (random.nextInt(3) == 0) {
      theta.putScalar(random.nextInt((int) theta.length()), subnormal());
    }
    x = Tensors.ofRows(rows);
    double[] near = Tensors.toDoubles(network.forward(theta, x));
    for (int i = 0; i < n; i++) {
      near[i] += 1e-4 * random.nextGaussian();
    }
    problem = TrainingProblem.of(network, theta, x, Tensors.of(near, n, 1));
    try (INDArray h = network.features(theta, x)) {
      features = Tensors.toRows(h);
    }
  }

  private double subnormal() {
    return (random.nextBoolean() ? 1 : -1) * Math.scalb(1.0, -1023 - random.nextInt(52));
  }

  List<SingularityCause> causes() {
    return SingularityDiagnosis.of(network, theta).withoutNullVector().kernel(x).causes();
  }

  boolean isProvedByATheorem() {
    return certificates.stream().anyMatch(Certificate::isProof);
  }

  /** Each must throw in a thread of another mode. */
  Map<String, Callable<Object>> entries() {
    Map<String, Callable<Object>> all = new LinkedHashMap<>();
    SymmetricMatrix matrix = SymmetricMatrix.of(square);
    Interval small = Interval.of(Double.MIN_VALUE, 1);
    Subject subject = Subject.STORED_MATRIX;
    arithmetic(all, small, subject);
    all.put("matrix", () -> SymmetricMatrix.of(square));
    all.put("gershgorin", () -> GershgorinBound.create().lambdaMin(matrix));
    all.put("wolkowicz", () -> WolkowiczStyanBound.create().lambdaMin(matrix));
    all.put("determinant", () -> DeterminantBound.withDefaults().lambdaMin(matrix));
    ShiftedCholeskyBound cholesky = ShiftedCholeskyBound.withDefaults();
    all.put("cholesky", () -> cholesky.lambdaMin(matrix));
    all.put("cholesky max", () -> cholesky.lambdaMax(matrix));
    all.put("cholesky on threads", () -> cholesky.withThreads(2).lambdaMin(matrix));
    all.put("temple", () -> TempleKatoBound.withDefaults().encloseLambdaMin(matrix, Hint.none()));
    EigenvalueEnclosure enclosure = cholesky.encloseLambdaMin(matrix, Hint.none());
    all.put("sign of an eigenvalue", enclosure::positive);
    SpectrumEnclosure spectrum = SpectrumEnclosure.withoutDecomposition(matrix);
    all.put("spectrum", () -> SpectrumEnclosure.withoutDecomposition(matrix));
    all.put("count", () -> spectrum.countBelow(Double.MIN_VALUE));
    all.put("count in", () -> spectrum.countIn(small));
    all.put("eigenvalue", () -> spectrum.quantity(0));
    all.put("product", () -> SymmetricProduct.of(rows, 1));
    all.put("modular", () -> ModularRank.of(rows, 1, 1));
    all.put("modular on threads", () -> ModularRank.of(square, 1, 2));
    all.put("independent", () -> IndependentRows.of(rows, 1));
    all.put("rank", () -> RankCertificate.search(rows, 1));
    all.put("norm", () -> SpectralNorm.enclose(rows, 1));
    all.put("norm with its subject", () -> SpectralNorm.quantity(rows, 1));
    all.put("frobenius", () -> Norms.frobenius(rows));
    all.put("distance of vectors", () -> Norms.distance("d", rows[0], rows[1]));
    all.put("dot", () -> Dot2.dot(rows[0], rows[1], rows[0].length));
    all.put("multiply", () -> Product.of(square, square, 1));
    all.put("map", () -> LinearMap.of(rows, 1));
    IntervalMatrix exact = IntervalMatrix.exact(rows);
    all.put("interval matrix", () -> IntervalMatrix.exact(rows));
    all.put("distance", () -> exact.distance(rows));
    all.put("row norm", () -> exact.rowNorm(0));
    all.put("smallest", () -> exact.smallest(0));
    all.put("largest", () -> exact.largest(0));
    all.put("error", exact::frobeniusError);
    all.put("entry", () -> exact.get(0, 0));
    stored(all);
    networks(all);
    theorems(all);
    return all;
  }

  private static void arithmetic(
      Map<String, Callable<Object>> all, Interval small, Subject subject) {
    Quantity known = Quantity.verified("q", small, subject, "m");
    Quantity tiny = Quantity.verified("t", Interval.of(Double.MIN_VALUE), subject, "m");
    Quantity zero = Quantity.verified("0", Interval.ZERO, subject, "m");
    all.put("interval", () -> Interval.of(1));
    all.put("interval product", () -> small.multiply(0x1p-1000));
    all.put("less", () -> Interval.ZERO.certainlyLess(small));
    all.put("possibly less", () -> Interval.ZERO.possiblyLess(tiny.interval()));
    all.put("positive", small::certainlyPositive);
    all.put("negative", small::certainlyNegative);
    all.put("contains", () -> small.contains(0));
    all.put("contains interval", () -> small.contains(Interval.ZERO));
    all.put("width", small::width);
    all.put("verdict", () -> Verdict.ofLess(Interval.ZERO, tiny.interval()));
    all.put("stamp", Proof::verified);
    all.put("quantity", () -> Quantity.verified("q", small, subject, "m"));
    all.put("quantity by parts", () -> new Quantity("q", small, Rigor.VERIFIED, subject, "m"));
    all.put("renamed quantity", () -> known.withSymbol("p"));
    all.put("derived quantity", () -> Quantity.derived("d", "f", small, known, tiny));
    all.put("narrowed quantity", () -> known.weakenedTo(known.rigor(), subject));
    all.put("fact", () -> StructuralFact.number("0", Interval.ZERO, subject, "zero"));
    all.put("fact without a number", StructuralFact::rigor);
    all.put("data", () -> StructuralFact.ofData("x", known));
    all.put("undecided", () -> HypothesisCheck.undecided("p", subject, "not known"));
    all.put("sum", () -> known.add(known));
    all.put("check", () -> HypothesisCheck.less("0 < t", zero, tiny));
    all.put("premise", () -> HypothesisCheck.premise("p", true, "seen"));
    all.put(
        "structural",
        () -> HypothesisCheck.structural("p", Verdict.HOLDS, Rigor.VERIFIED, subject, "seen"));
    all.put("finding", () -> Finding.of("f", Verdict.FAILS, Rigor.VERIFIED, "seen"));
    all.put(
        "cause", () -> new Cause(Cause.Kind.DUPLICATE_INPUTS, 1, subject, List.of(1L), "equal"));
    all.put(
        "singularity",
        () ->
            new SingularityCause(
                SingularityCause.Kind.ZERO_ROWS, Rigor.VERIFIED, subject, 1, List.of(), "zero"));
    Prediction prediction =
        Prediction.of(
            Prediction.Monitored.EXCESS_LOSS,
            Quantity.verified("r", Interval.of(0x1p-1020), subject, "m"),
            1,
            Quantity.verified("a", Interval.of(0.5), subject, "m"),
            known);
    all.put("envelope", () -> prediction.envelope(10));
    all.put("steps", () -> prediction.stepsTo(0x1p-1040));
    all.put("formula", prediction::envelopeFormula);
    Prediction flow =
        Prediction.flow(Prediction.Monitored.EXCESS_LOSS, known, prediction.rate(), known);
    all.put("envelope of flow", () -> flow.envelopeAt(1));
  }

  private void stored(Map<String, Callable<Object>> all) {
    INDArray m = Tensors.ofRows(rows);
    INDArray gram = Tensors.ofRows(square);
    all.put("diagnosis of a matrix", () -> SingularityDiagnosis.ofMatrix(m));
    all.put("diagnosis of a Gram", () -> SingularityDiagnosis.ofMatrix(gram));
    all.put("rank analysis", () -> RankAnalysis.withDefaults().analyze(m));
    all.put("exact product", () -> ExactProductBound.withDefaults().enclose(m));
    org.fullrank.linalg.DenseSymmetric operator =
        org.fullrank.linalg.DenseSymmetric.symmetrized(gram);
    all.put("Cholesky bound", () -> CholeskyBound.withDefaults().enclose(operator));
    all.put("direct bound", () -> DirectBound.gershgorin().enclose(operator));
    all.put("repeated", () -> ExpressivityCondition.repeatedInputs(x));
  }

  private void networks(Map<String, Callable<Object>> all) {
    EnclosedNetwork enclosed = NetworkEnclosure.of(network, theta).at(x);
    all.put("enclosure", () -> NetworkEnclosure.of(network, theta).at(x));
    all.put("enclosed output", () -> enclosed.output().distance(Tensors.toRows(problem.y())));
    all.put("residual", () -> enclosed.residualNorm(problem.y()));
    all.put("enclosed Jacobian", () -> enclosed.jacobian().gram());
    all.put("derived from values", () -> enclosed.derived("f", "m", Interval.ONE));
    LipschitzBound lipschitz = enclosed.lipschitz();
    all.put("lipschitz", () -> lipschitz.at(0.1));
    all.put("how lipschitz is known", lipschitz::rigor);
    EnclosedGram gram = enclosed.jacobian().gram();
    all.put("exact network", gram::exactNetwork);
    all.put("Cholesky bound of a network", () -> CholeskyBound.withDefaults().enclose(gram));
    all.put("direct bound of a network", () -> DirectBound.gershgorin().enclose(gram));
    all.put(
        "all of a network",
        () -> AllEigenvalues.withDefaults().withCandidates(JavaEigenSolver.create()).enclose(gram));
    SingularityDiagnosis diagnosis = SingularityDiagnosis.of(network, theta).withoutNullVector();
    all.put("kernel", () -> diagnosis.kernel(x));
    all.put("features", () -> diagnosis.features(x));
    ExpressivityCondition condition = ExpressivityCondition.of(network, theta);
    all.put("causes", () -> condition.causes(x, features));
    all.put("condition", () -> condition.check(x));
    all.put("schur", this::schur);
    all.put("wide kernel", () -> WideReluKernel.of(1).tangent(x));
    all.put("transform", () -> ReluTransform.withDefaults().apply(network, theta, x).verdict());
  }

  private Object schur() {
    try (Jacobian jacobian = network.jacobian(theta, x)) {
      return SchurSandwich.of(jacobian);
    }
  }

  private void theorems(Map<String, Callable<Object>> all) {
    Evidence measured = Evidence.of(problem);
    for (Theorem theorem : Theorems.all()) {
      Certificate certificate = theorem.check(measured);
      certificates.add(certificate);
      all.put(theorem.name(), () -> theorem.check(problem));
      all.put("remembered: " + theorem.name(), () -> theorem.check(measured));
      certificate
          .prediction()
          .ifPresent(p -> all.put("prediction of " + theorem.name(), () -> p.envelope(1)));
    }
    all.put("Jacobian numbers", () -> Evidence.of(problem).get(Measurements.JACOBIAN));
    all.put("reduced numbers", () -> Evidence.of(problem).get(Measurements.REDUCED_JACOBIAN));
    all.put("last layer", () -> Evidence.of(problem).get(Measurements.LAST_LAYER));
    all.put("hidden layers", () -> Evidence.of(problem).get(Measurements.HIDDEN_LAYERS));
    all.put("linear chain", () -> Evidence.of(problem).get(Measurements.LINEAR_CHAIN));
    all.put("pyramid", () -> Evidence.of(problem).get(Measurements.PYRAMIDAL));
  }
}
