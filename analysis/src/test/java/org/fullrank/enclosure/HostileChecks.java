package org.fullrank.enclosure;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.fullrank.convergence.Certificate;
import org.fullrank.convergence.Prediction;
import org.fullrank.convergence.Theorem;
import org.fullrank.convergence.theorem.FeatureRank;
import org.fullrank.convergence.theorem.JacobianDescent;
import org.fullrank.convergence.theorem.LastLayerDescent;
import org.fullrank.convergence.theorem.OymakSoltanolkotabi;
import org.fullrank.convergence.theorem.PolyakLojasiewicz;
import org.fullrank.convergence.theorem.ReducedJacobianDescent;
import org.fullrank.convergence.theorem.SurrogateDescent;
import org.fullrank.diagnosis.SingularityCause;
import org.fullrank.diagnosis.SingularityDiagnosis;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.evidence.Evidence;
import org.fullrank.evidence.TrainingProblem;
import org.fullrank.expressivity.Cause;
import org.fullrank.expressivity.ExpressivityCondition;
import org.fullrank.expressivity.ExpressivityReport;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Sequential;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Residual;
import org.fullrank.nn.layer.SurrogateRelu;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.Rigor;
import org.fullrank.rigor.Subject;
import org.fullrank.rigor.Verdict;
import org.fullrank.rigor.eigen.Hint;
import org.fullrank.rigor.eigen.ShiftedCholeskyBound;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.fullrank.rigor.eigen.TempleKatoBound;
import org.fullrank.rigor.matrix.EnclosedGram;
import org.fullrank.rigor.matrix.IntervalMatrix;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Holds every verified statement about one hostile case against exact arithmetic. */
final class HostileChecks {
  /** What a case has proved. */
  enum Proved {
    /** A finite bound of the residual at the start. */
    RESIDUAL,
    /** A positive lower bound of the smallest eigenvalue of the kernel. */
    LAMBDA_MIN,
    /** Full rank of the exact features. */
    FEATURES,
    /** A cause for a singular kernel or singular features of the exact network. */
    CAUSE,
    /** A certificate of descent. */
    DESCENT
  }

  /** What a 70-digit function may be wrong by, with some left for what cancels after it. */
  private static final BigDecimal ORACLE = new BigDecimal("1e-40");

  private static final Theorem[] DESCENTS = {
    JacobianDescent.withDefaults(),
    ReducedJacobianDescent.withDefaults(),
    OymakSoltanolkotabi.withDefaults(),
    PolyakLojasiewicz.withDefaults(),
    LastLayerDescent.withDefaults(),
    SurrogateDescent.withDefaults()
  };

  private final HostileCase c;
  private final List<String> violations = new ArrayList<>();
  private final Set<Proved> proved = EnumSet.noneOf(Proved.class);
  private final BigDecimal slack;

  private final Map<Integer, Layout> layouts = new HashMap<>();

  private HostileChecks(HostileCase c) {
    this.c = c;
    this.slack = c.exact ? BigDecimal.ZERO : ORACLE;
    collect(c.network.layers(), 0);
  }

  /** The layouts of all dense layers by the offset of their weights. */
  private int collect(List<? extends Layer> layers, int offset) {
    int at = offset;
    for (Layer layer : layers) {
      if (layer instanceof Dense dense) {
        layouts.put(at, dense.layout());
      } else if (layer instanceof Sequential chain) {
        collect(chain.layers(), at);
      } else if (layer instanceof SurrogateRelu surrogate) {
        collect(surrogate.layers(), at);
      } else if (layer instanceof Residual residual) {
        int next = collect(residual.branch().layers(), at);
        residual.shortcut().ifPresent(shortcut -> collect(List.of(shortcut), next));
      }
      at += (int) layer.parameterCount();
    }
    return at;
  }

  /** The violated statements, and what was proved. */
  record Outcome(List<String> violations, Set<Proved> proved) {}

  static Outcome of(HostileCase c) {
    HostileChecks checks = new HostileChecks(c);
    checks.values();
    checks.expressivity();
    checks.diagnosis();
    checks.certificates();
    return new Outcome(checks.violations, checks.proved);
  }

  private void require(boolean holds, String statement) {
    if (!holds) {
      violations.add(statement);
    }
  }

  private void values() {
    EnclosedNetwork values = NetworkEnclosure.of(c.network, c.theta).at(c.x);
    for (int l = 0; l < c.oracle.values.size(); l++) {
      contains("value after " + l, values.valueAfter(l), c.oracle.values.get(l));
    }
    Interval residual = values.residualNorm(c.y).interval();
    squares(
        "residual norm",
        residual,
        residual(),
        size(c.oracle.values.get(c.oracle.values.size() - 1)));
    if (residual.isBounded()) {
      proved.add(Proved.RESIDUAL);
    }
    EnclosedJacobian jacobian = values.jacobian();
    Optional<EnclosedGram> gram = jacobian.gramIfFinite(slot -> true);
    if (gram.isEmpty()) {
      return;
    }
    rows(jacobian, gram.get());
    SymmetricMatrix k = gram.get().exactNetwork();
    BigDecimal[][] exact = c.oracle.gram();
    for (int i = 0; i < exact.length; i++) {
      for (int j = 0; j <= i; j++) {
        within("Gram (" + i + ", " + j + ")", exact[i][j], k.get(i, j), k.radius());
      }
    }
    ShiftedCholeskyBound shifted = ShiftedCholeskyBound.withDefaults();
    Interval least = shifted.encloseLambdaMin(k, Hint.none()).interval();
    eigenvalue("lambda_min", exact, least);
    Interval refined = TempleKatoBound.withDefaults().encloseLambdaMin(k, Hint.none()).interval();
    eigenvalue("lambda_min by Temple and Kato", exact, refined);
    Interval greatest = shifted.encloseLambdaMax(k, Hint.none()).interval();
    eigenvalue("-lambda_max", negated(exact), greatest.negate());
    if (least.lo() > 0 || refined.lo() > 0) {
      proved.add(Proved.LAMBDA_MIN);
    }
  }

  private BigDecimal residual() {
    BigDecimal[][] f = c.oracle.values.get(c.oracle.values.size() - 1);
    double[][] y = Tensors.toRows(c.y);
    BigDecimal sum = BigDecimal.ZERO;
    for (int i = 0; i < f.length; i++) {
      for (int j = 0; j < f[i].length; j++) {
        sum = sum.add(square(f[i][j].subtract(new BigDecimal(y[i][j]))));
      }
    }
    return sum;
  }

  private void contains(String what, IntervalMatrix enclosure, BigDecimal[][] truth) {
    double[][] mid = enclosure.midpoints();
    double[][] rad = enclosure.radii();
    for (int i = 0; i < mid.length; i++) {
      BigDecimal sum = BigDecimal.ZERO;
      BigDecimal size = BigDecimal.ZERO;
      for (int j = 0; j < mid[i].length; j++) {
        size = size.add(square(truth[i][j]));
        within(what + " (" + i + ", " + j + ")", truth[i][j], mid[i][j], rad[i][j]);
        sum = sum.add(square(truth[i][j].subtract(new BigDecimal(mid[i][j]))));
      }
      atMost(what + " error of row " + i, sum, enclosure.rowError(i), size);
    }
  }

  private void within(String what, BigDecimal truth, double mid, double radius) {
    require(!Double.isNaN(radius), what + " has radius NaN");
    if (radius <= Double.MAX_VALUE) {
      BigDecimal off = truth.subtract(new BigDecimal(mid)).abs();
      BigDecimal allowed = new BigDecimal(radius).add(truth.abs().multiply(slack));
      require(
          off.compareTo(allowed) <= 0,
          what + ": " + mid + " +- " + radius + " misses " + text(truth));
    }
  }

  /** A sum of squares of errors against a bound of their norm, and that of what is approximated. */
  private void atMost(String what, BigDecimal squares, double bound, BigDecimal truth) {
    require(!Double.isNaN(bound), what + " is NaN");
    if (bound <= Double.MAX_VALUE) {
      BigDecimal most = new BigDecimal(bound).pow(2);
      require(
          squares.compareTo(most.add(most.add(truth.multiply(slack)).multiply(slack))) <= 0,
          what + ": " + bound + " is below the root of " + text(squares));
    }
  }

  private static BigDecimal size(BigDecimal[][] rows) {
    BigDecimal sum = BigDecimal.ZERO;
    for (BigDecimal[] row : rows) {
      for (BigDecimal v : row) {
        sum = sum.add(square(v));
      }
    }
    return sum;
  }

  /** The square of a norm against an enclosure; {@code truth} is that of what was subtracted. */
  private void squares(String what, Interval norm, BigDecimal squares, BigDecimal truth) {
    atMost(what, squares, norm.hi(), truth);
    BigDecimal least = new BigDecimal(norm.lo()).pow(2);
    BigDecimal noise = least.add(truth.multiply(slack)).multiply(slack);
    require(
        squares.compareTo(least.subtract(noise)) >= 0,
        what + ": " + norm + " is above the root of " + text(squares));
  }

  /** The stored Jacobian, factored, against the exact one. */
  private void rows(EnclosedJacobian jacobian, EnclosedGram gram) {
    int rows = gram.order();
    int k = gram.outputs();
    double[] errors = gram.rowErrors();
    for (int r = 0; r < rows; r++) {
      BigDecimal sum = BigDecimal.ZERO;
      BigDecimal size = BigDecimal.ZERO;
      for (JacobianFactor f : jacobian.factors()) {
        double[] g = f.cotangents().midpoints()[r];
        BigDecimal scale = new BigDecimal(f.scale());
        int at = (int) f.slot().offset();
        boolean bias = f.inputs().isEmpty();
        double[] a = bias ? new double[] {1} : f.inputs().orElseThrow().midpoints()[r / k];
        for (int p = 0; p < a.length; p++) {
          for (int q = 0; q < g.length; q++) {
            int index = bias ? q : inOut(at) ? p * g.length + q : q * a.length + p;
            BigDecimal stored = scale.multiply(new BigDecimal(a[p])).multiply(new BigDecimal(g[q]));
            BigDecimal truth = c.oracle.jacobian[r][at + index];
            sum = sum.add(square(truth.subtract(stored)));
            size = size.add(square(truth));
          }
        }
      }
      atMost("error of gradient " + r, sum, errors[r], size);
    }
  }

  private boolean inOut(int offset) {
    return layouts.get(offset) == Layout.IN_OUT;
  }

  private void eigenvalue(String what, BigDecimal[][] k, Interval enclosure) {
    BigDecimal nothing = new BigDecimal("1e-700");
    if (enclosure.lo() > Double.NEGATIVE_INFINITY) {
      BigDecimal lo = new BigDecimal(enclosure.lo());
      BigDecimal below = lo.subtract(lo.abs().multiply(ORACLE)).subtract(nothing);
      require(exceeds(k, below), what + ": " + enclosure + " is too high");
    }
    if (enclosure.hi() < Double.POSITIVE_INFINITY) {
      BigDecimal hi = new BigDecimal(enclosure.hi());
      BigDecimal above = hi.add(hi.abs().multiply(ORACLE)).add(nothing);
      require(!exceeds(k, above), what + ": " + enclosure + " is too low");
    }
  }

  private boolean exceeds(BigDecimal[][] k, BigDecimal s) {
    return c.exact ? ExactMatrices.exceeds(k, s) : DecimalMatrices.exceeds(k, s);
  }

  private static BigDecimal[][] negated(BigDecimal[][] k) {
    return Arrays.stream(k)
        .map(row -> Arrays.stream(row).map(BigDecimal::negate).toArray(BigDecimal[]::new))
        .toArray(BigDecimal[][]::new);
  }

  private void expressivity() {
    ExpressivityReport report;
    double[][] stored;
    try (INDArray h = c.network.features(c.theta, c.x)) {
      report = ExpressivityCondition.of(c.network, c.theta).check(c.x);
      stored = Tensors.toRows(h.reshape(h.size(0), h.length() / h.size(0)));
    } catch (IllegalArgumentException e) {
      refused(e);
      return;
    }
    BigDecimal[][] exact = c.oracle.values.get(c.oracle.values.size() - 2);
    report
        .featureError()
        .ifPresent(
            error -> {
              BigDecimal sum = BigDecimal.ZERO;
              for (int i = 0; i < stored.length; i++) {
                for (int j = 0; j < stored[i].length; j++) {
                  sum = sum.add(square(exact[i][j].subtract(new BigDecimal(stored[i][j]))));
                }
              }
              squares("feature error", error.interval(), sum, size(exact));
            });
    BigDecimal[][] m = withColumn(exact, BigDecimal.ONE);
    if (report.verdict() == Verdict.HOLDS && report.subject() == Subject.EXACT_NETWORK) {
      require(rank(m) == m.length, "[h, 1] has full rank: " + report);
      proved.add(Proved.FEATURES);
      BigDecimal[][] product = gram(m);
      Interval margin = report.margin().interval();
      eigenvalue("sigma_min^2 of [h, 1]", product, margin.square());
    }
    for (Cause cause : report.causes()) {
      if (cause.subject() == Subject.EXACT_NETWORK) {
        require(rank(m) <= cause.rankAtMost(), "[h, 1]: " + cause);
        proved.add(Proved.CAUSE);
      }
    }
  }

  private static BigDecimal[][] withColumn(BigDecimal[][] rows, BigDecimal entry) {
    BigDecimal[][] m = new BigDecimal[rows.length][];
    for (int i = 0; i < m.length; i++) {
      m[i] = Arrays.copyOf(rows[i], rows[i].length + 1);
      m[i][rows[i].length] = entry;
    }
    return m;
  }

  private static BigDecimal[][] gram(BigDecimal[][] m) {
    BigDecimal[][] k = new BigDecimal[m.length][m.length];
    for (int i = 0; i < m.length; i++) {
      for (int j = 0; j < m.length; j++) {
        BigDecimal sum = BigDecimal.ZERO;
        for (int q = 0; q < m[i].length; q++) {
          sum = sum.add(m[i][q].multiply(m[j][q]));
        }
        k[i][j] = sum;
      }
    }
    return k;
  }

  private int rank(BigDecimal[][] m) {
    return c.exact ? ExactMatrices.rank(m) : DecimalMatrices.rank(m);
  }

  private void diagnosis() {
    SingularityDiagnosis diagnosis =
        SingularityDiagnosis.of(c.network, c.theta).withoutNullVector();
    BigDecimal[][] features =
        withColumn(c.oracle.values.get(c.oracle.values.size() - 2), BigDecimal.ONE);
    try {
      causes("kernel", diagnosis.kernel(c.x).causes(), c.oracle.jacobian);
      causes("features", diagnosis.features(c.x).causes(), features);
    } catch (IllegalArgumentException e) {
      refused(e);
    }
  }

  private void causes(String of, List<SingularityCause> causes, BigDecimal[][] m) {
    for (SingularityCause cause : causes) {
      if (cause.rigor() == Rigor.VERIFIED && cause.subject() == Subject.EXACT_NETWORK) {
        require(rank(m) <= cause.rankAtMost(), of + ": " + cause);
        proved.add(Proved.CAUSE);
      }
    }
  }

  private void certificates() {
    TrainingProblem problem = TrainingProblem.of(c.network, c.theta, c.x, c.y);
    Evidence evidence = Evidence.of(problem);
    Certificate features = FeatureRank.withDefaults().check(evidence);
    if (features.isProof()) {
      require(rank(featureMatrix()) == problem.samples(), features.toString());
      proved.add(Proved.FEATURES);
    }
    if (c.theta.dataType() != DataType.DOUBLE) {
      return;
    }
    BigDecimal squares = residual();
    for (Theorem theorem : DESCENTS) {
      Certificate certificate = theorem.check(evidence);
      if (certificate.isProof()) {
        proved.add(Proved.DESCENT);
        Prediction prediction = certificate.prediction().orElseThrow();
        boolean norm = prediction.monitored() == Prediction.Monitored.RESIDUAL_NORM;
        BigDecimal start = new BigDecimal(prediction.envelope(0));
        BigDecimal bound = norm ? start.pow(2) : start.add(start);
        // The excess loss of a proof of descent to zero loss is the loss.
        boolean reduced = theorem instanceof ReducedJacobianDescent;
        if ((norm && !reduced) || theorem instanceof PolyakLojasiewicz) {
          require(
              squares.compareTo(bound.add(bound.multiply(slack))) <= 0,
              "start of " + theorem.name() + ", squares " + text(squares) + ": " + certificate);
        }
      }
    }
  }

  /** {@code [g h, tau 1]} without what is not trained. */
  private BigDecimal[][] featureMatrix() {
    List<Layer> layers = c.network.layers();
    Dense last = (Dense) layers.get(layers.size() - 1);
    BigDecimal g = new BigDecimal(last.weightScale());
    BigDecimal[][] m =
        Arrays.stream(c.oracle.values.get(layers.size() - 1))
            .map(row -> Arrays.stream(row).map(g::multiply).toArray(BigDecimal[]::new))
            .toArray(BigDecimal[][]::new);
    boolean bias = last.hasBias() && last.biasScale() != 0;
    return bias ? withColumn(m, new BigDecimal(last.biasScale())) : m;
  }

  /** Native passes overflow where the enclosure still says something; that is an honest refusal. */
  private static void refused(IllegalArgumentException e) {
    String text = String.valueOf(e.getMessage());
    if (!(text.contains("finite") || text.contains("overflow") || text.contains("NaN"))) {
      throw e;
    }
  }

  /** Squares of distances need no more digits than the oracle has. */
  private static BigDecimal square(BigDecimal x) {
    BigDecimal rounded = x.round(DecimalFunctions.DIGITS);
    return rounded.multiply(rounded);
  }

  private static String text(BigDecimal x) {
    return x.round(new MathContext(25)).toString();
  }
}
