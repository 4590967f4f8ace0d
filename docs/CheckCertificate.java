import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks a certificate of FullRank again, without FullRank: {@code java docs/CheckCertificate.java
 * FILE...}
 *
 * <p>From the measured numbers in the file it recomputes, by the formulas of {@code
 * docs/theorems.md} and in interval arithmetic of 256 bits, every number in between, both sides of
 * every hypothesis, all verdicts, the step size, the rate, the radius and the envelope. It prints
 * what it checked, what it refuted and what it took on trust: the measured numbers themselves and
 * what was read off the description of the network. It does not prove the theorems.
 *
 * <p>It is one file, long as it is, so that it runs by this command without a build and its reader
 * has everything that he relies on before him, down to the arithmetic and the JSON.
 *
 * <p>The exit status is 0 if nothing was refuted, 1 if something was, 2 if a file is no
 * certificate.
 */
final class CheckCertificate {
  // Each from its weakest on; the verdicts from the best on.
  private static final List<String> VERDICTS =
      List.of("HOLDS", "UNDECIDED", "FAILS", "INAPPLICABLE");
  private static final List<String> RIGORS = List.of("ASSUMED", "SAMPLED", "COMPUTED", "VERIFIED");
  private static final List<String> SUBJECTS =
      List.of("STORED_MATRIX", "EXACT_PRODUCT", "EXACT_NETWORK");

  private static final Num ZERO = Num.of(0);
  private static final Num ONE = Num.of(1);

  private final Map<String, Object> file;
  private final boolean holds;
  private final Deque<Map<String, Object>> hypotheses = new ArrayDeque<>();
  private final Map<String, Map<String, Object>> measured = new LinkedHashMap<>();
  private final Map<String, Map<String, Object>> derived = new LinkedHashMap<>();
  private final Set<String> used = new HashSet<>();
  private final List<String> trusted = new ArrayList<>();
  private final List<String> lines = new ArrayList<>();
  private int checked;
  private int refuted;

  private CheckCertificate(Map<String, Object> file) {
    this.file = file;
    this.holds = text(file, "verdict").equals("HOLDS");
    list(file, "hypotheses").forEach(hypotheses::add);
    list(file, "measured").forEach(m -> once(measured, m));
    list(file, "derived").forEach(m -> once(derived, m));
  }

  public static void main(String[] args) {
    if (args.length == 0) {
      System.err.println("usage: java CheckCertificate.java FILE...");
      System.exit(2);
    }
    int status = 0;
    for (String name : args) {
      StringBuilder out = new StringBuilder();
      status = Math.max(status, checkFile(name, out));
      System.out.print((args.length > 1 ? name + "\n" : "") + out);
    }
    System.exit(status);
  }

  private static int checkFile(String name, StringBuilder out) {
    String json;
    try {
      json = Files.readString(Path.of(name));
    } catch (CharacterCodingException e) {
      out.append("NO CERTIFICATE: expected UTF-8 text, got other bytes\n");
      return 2;
    } catch (IOException | InvalidPathException e) {
      out.append("NO CERTIFICATE: the file cannot be read: ").append(e).append('\n');
      return 2;
    }
    return check(json, out);
  }

  /** Checks the text of one file; returns the exit status. */
  static int check(String json, StringBuilder out) {
    CheckCertificate check;
    try {
      Map<String, Object> file = object(new Json(json).document());
      if (!"fullrank-certificate".equals(file.get("format"))
          || !Double.valueOf(1).equals(file.get("version"))) {
        throw new IllegalArgumentException("expected the format fullrank-certificate, version 1");
      }
      check = new CheckCertificate(file);
    } catch (IllegalArgumentException e) {
      out.append("NO CERTIFICATE: ").append(e.getMessage()).append('\n');
      return 2;
    }
    check.run();
    out.append(text(check.file, "theorem"))
        .append(", ")
        .append(text(check.file, "verdict"))
        .append('\n');
    check.lines.forEach(line -> out.append(line).append('\n'));
    check.trusted.forEach(line -> out.append("ON TRUST  ").append(line).append('\n'));
    out.append(
        check.checked
            + " checked, "
            + check.refuted
            + " refuted, "
            + check.trusted.size()
            + " on trust\n");
    return check.refuted == 0 ? 0 : 1;
  }

  private void run() {
    try {
      measured.values().forEach(Num::of); // also those that no claim depends on
      verdicts();
      theorem(text(file, "theorem"));
      nothingElse();
    } catch (NotReached e) {
      verdict(!holds, "everything that a certificate that holds needs is there", e.getMessage());
    } catch (IllegalArgumentException | ArithmeticException e) {
      verdict(false, "the file is complete and well-formed", "" + e.getMessage());
    }
    for (Map<String, Object> left : hypotheses) {
      open(left, "no hypothesis of this theorem here");
    }
    verdict(
        holds || !file.containsKey("prediction") && !file.containsKey("conclusion"),
        "no conclusion without HOLDS",
        "");
  }

  // ---------------------------------------------------------------------------------------------------------------
  // The theorems, in the order of docs/theorems.md. Symbols are those of that page.

  private static final String GLOBAL =
      "gradient descent reaches zero loss, a global minimum, at a linear rate";
  private static final String SQUARES =
      "trained on 1/2 sum of squares, all layers with known derivatives";
  private static final String FULL_RANK = "J_0 has full row rank: s0 = sigma_min(J_0) > 0";
  private static final String FEATURES = "rank M = n: sigma_min(M) > 0";
  private static final String AFFINE = "the last layer is dense and trained: f = M w + const, M = ";
  private static final List<String> MATRICES = List.of("[g h, tau 1]", "g h", "tau 1");
  private static final String EQUIVALENT =
      "; at each time the network equals on the data a ReLU network of twice the hidden widths";
  private static final String NOT_EQUIVALENT =
      "; an equivalent ReLU network is not promised, because of ";
  private static final String PATH = "sqrt(2 Delta_0/mu) / (1 - h/2)";

  private void theorem(String id) {
    switch (id) {
      case "JacobianDescent" -> {
        boolean block = text(file, "name").contains(" by the block ");
        jacobian(
            SQUARES,
            block ? "the block of J_0 has full row rank: s0 > 0" : FULL_RANK,
            GLOBAL,
            false);
      }
      case "ReducedJacobianDescent" ->
          jacobian(
              SQUARES + ", the reachable outputs known exactly",
              "J_0 has full rank on U: s0 = min ||J_0^T u|| > 0",
              "gradient descent reaches the infimum of the loss over all parameters, F* = 1/2 ||y -"
                  + " P y||^2, at a linear rate (U: ",
              true);
      case "GulcuResNet" -> {
        premise(
            "x_1 = sqrt(c_sigma/m) phi(W_1 x), x_l = x_(l-1) + c_res/(H sqrt(m)) phi(W_l x_(l-1)),"
                + " f = v x_H, phi smooth, 0 < c_res < 1, all weights trained on 1/2 sum of"
                + " squares");
        if (count("H") > 1) {
          Num c = measured("c_res");
          settled(c.lo.signum() > 0 && c.hi.compareTo(Binary.ONE) < 0, "0 < c_res < 1");
        }
        jacobian(SQUARES, FULL_RANK, GLOBAL, false);
      }
      case "SurrogateDescent" -> {
        premise("hidden layers with fixed activation patterns and a dense readout");
        premise("each gate is known on the data: t > 0 or t <= 0 for certain");
        Num clearance = measured("min |t|");
        String claim = holds ? text(file, "conclusion") : GLOBAL;
        if (claim.equals(GLOBAL + EQUIVALENT)) {
          settled(clearance.lo.signum() > 0, "no frozen signal is 0");
        } else if (claim.startsWith(GLOBAL + NOT_EQUIVALENT)) {
          trusted.add("not claimed: " + claim.substring(GLOBAL.length() + 2));
        } else {
          claim = GLOBAL;
        }
        jacobian(SQUARES, FULL_RANK, claim, false);
      }
      case "PyramidalDescent" -> pyramidal();
      case "OymakSoltanolkotabi" -> oymakSoltanolkotabi();
      case "PolyakLojasiewicz" -> polyakLojasiewicz();
      case "DeepLinearDescent" -> deepLinear();
      case "DeepLinearZouForm" -> zouForm();
      case "DeepLinearStochasticDescent" -> stochastic();
      case "LinearChainDescent" -> linearChain();
      case "ZeroAsymmetricFlow" -> zeroAsymmetric();
      case "FeatureRank" -> {
        premise(AFFINE);
        premise(
            "the loss is a sum or mean over samples of convex functions of that sample's outputs");
        features();
        infimum(
            measured("infimum"),
            "the trained part of the last layer reaches every output on these features, so the"
                + " least loss over it alone is the infimum over all parameters of the network,"
                + " in [");
      }
      case "LastLayerDescent" -> lastLayer();
      case "LastLayerConvexDescent" -> lastLayerConvex();
      case "FeatureGradientBound" -> {
        premise(AFFINE);
        premise("trained on 1/2 sum of squares or 1/(2n) sum of squares");
        Num s = features();
        Num mu = lossFactor().times(s.square());
        less("mu = c sigma_min(M)^2 > 0", "0", ZERO, "mu", mu);
        BigDecimal claimed =
            decimal(
                conclude(
                    "at these parameters ||grad L||^2 >= 2 mu L with mu = ",
                    ", so the gradient vanishes only at zero loss"));
        verdict(
            claimed.signum() > 0 && claimed.compareTo(mu.lo.decimal()) <= 0,
            "mu of the conclusion",
            "recomputed " + mu);
      }
      case "GenericExpressivity" -> {
        premise(AFFINE);
        premise("there are hidden parameters");
        premise("every layer below the last is real analytic");
        Num s = features();
        settled(
            s.subject == SUBJECTS.indexOf("EXACT_NETWORK"),
            "the rank is that of the exact network");
        conclude(
            "rank M = n for almost every value of the hidden parameters: of all of them, and of the"
                + " trained ones with the frozen ones kept");
      }
      case "FullyConnectedExpressivity" -> {
        premise("the layers are dense, activation, ..., dense");
        premise("the weights of the last layer are trained");
        premise("no parameter below the last layer is frozen");
        premise("activations before the last are real analytic and strictly increasing");
        premise("the last activation is real analytic and no polynomial");
        premise("the last hidden layer has a bias with an effect");
        Map<String, Object> wide =
            premise("M has at least n columns: the last hidden width, and one for a bias");
        boolean enough = count("columns") >= count("n");
        verdict(
            text(wide, "verdict").equals(enough ? "HOLDS" : "FAILS"),
            "columns >= n",
            "it is " + enough);
        premise("the inputs are distinct");
        conclude("rank M = n for almost every value of the hidden parameters");
      }
      default -> verdict(false, "the theorem is known to this program", id + " is not");
    }
  }

  /**
   * Any lower bound of the smallest singular value serves as s0, any upper bound as R0 and as Lam.
   */
  private void jacobian(String premise, String rank, String conclusion, boolean reduced) {
    boolean flow = text(file, "name").startsWith("gradient flow");
    premise(premise);
    Num s0 = measured("s0");
    Num b0 = measured("b0");
    Num r0 = measured("R0");
    less(rank, "0", ZERO, null, s0);
    premise("the Jacobian is Lipschitz on the ball of radius 2 R0/(q s0)");
    Num ball = ball("Lam");
    Num lam = measured("Lam").top();
    Num all = measured.containsKey("Lam_0") ? measured("Lam_0").hull(lam) : lam;
    Num eta = ONE;
    Num q = ONE;
    Num least = ONE;
    if (!flow) {
      eta = setting("eta");
      Num beta = derived("beta", "s0 + b0", s0.bottom().plus(b0));
      Num used = eta.over(2).times(beta.square().plus(lam.times(r0)));
      Num any = eta.over(2).times(beta.square().plus(all.times(r0)));
      String step = "(eta/2) (beta^2 + Lam R0)";
      less("the step is short: " + step + " < 1", step, nextFails() ? any : used, "one", ONE);
      q = ONE.minus(used);
      least = ONE.minus(any);
    }
    String little = "the Jacobian changes little: h = 2 Lam R0/(q s0^2) < 1";
    while (!nextIs(little) && !hypotheses.isEmpty()) {
      open(hypotheses.poll(), "no hypothesis of this theorem here"); // a ball that is too small
    }
    boolean fails = nextFails();
    Num h = (fails ? all : lam).times(r0).times(2).over((fails ? least : q).times(s0.square()));
    less(little, "2 Lam R0/(q s0^2), q = 1 - (eta/2) (beta^2 + Lam R0)", h, "one", ONE);
    String words = flow ? conclusion.replace("gradient descent", "gradient flow") : conclusion;
    if (reduced) {
      trusted.add("U: " + conclude(words, ")"));
    } else {
      conclude(words);
    }
    s0 = s0.bottom();
    r0 = r0.top();
    q = q.bottom();
    Num path = r0.times(2).over(q.times(s0));
    settled(ball.lo.compareTo(path.hi) >= 0, "Lam is taken on a ball of radius R >= 2 R0/(q s0)");
    Num left = ONE.minus(lam.times(r0).times(2).over(q.times(s0.square())));
    Num rate = q.times(eta).times(s0.square()).times(left);
    Num rho = path.over(ONE.plus(left.sqrt()));
    if (reduced) {
      rate = flow ? rate.times(2) : rate.min(ONE).times(Num.of(2).minus(rate.min(ONE)));
      r0 = r0.square().over(2);
    }
    Map<String, Object> p = prediction(reduced ? "EXCESS_LOSS" : "RESIDUAL_NORM");
    if (!flow) {
      stepIsEta(p);
    }
    atMost(p, "initial", reduced ? null : "R0", r0);
    atLeast(p, "rate", reduced ? null : "q eta s0^2 (1 - h)", rate);
    atMost(p, "radius", "s0 (1 - sqrt(1 - h))/Lam", rho);
    if (reduced) {
      referenceLoss(p, measured("F*"));
    }
    envelope(p, flow ? "initial e^(-rate t)" : "initial (1 - rate)^t");
  }

  /** The radius of the ball on which a Lipschitz constant was measured. */
  private Num ball(String constant) {
    Num radius = setting("R");
    trust(constant + " is a Lipschitz constant on the ball of radius R = " + radius.lo);
    return radius;
  }

  private void pyramidal() {
    premise(
        "dense layers and activations in turn, n_1 >= n, n_2 >= ... >= n_L, W_2 trained on 1/2 sum"
            + " of squares");
    Num features = measured("sigma_min(F_1)");
    less("the wide layer has full rank: sigma_min(F_1) > 0", "0", ZERO, null, features);
    Num s0 = features.times(described("g_2"));
    for (int l = 2; l < count("L"); l++) {
      String slope = "min |phi'(Z_" + l + ")|";
      less("no slope vanishes: " + slope + " > 0", "0", ZERO, null, measured(slope));
      s0 = s0.times(measured(slope));
    }
    for (int l = 3; l <= count("L"); l++) {
      String weight = "g_" + l + " sigma_min(W_" + l + ")";
      less("the pyramid has full rank: " + weight + " > 0", "0", ZERO, null, measured(weight));
      s0 = s0.times(measured(weight));
    }
    contains(find(measured, "s0"), "s0 is the product of these numbers", null, s0);
    jacobian(SQUARES, FULL_RANK, GLOBAL, false);
    trusted.removeIf(line -> line.startsWith("s0 in "));
  }

  private void oymakSoltanolkotabi() {
    premise(SQUARES);
    Num s0 = measured("s0");
    Num b0 = measured("b0").top();
    Num r0 = measured("R0");
    less(FULL_RANK, "0", ZERO, null, s0);
    premise("J is L-Lipschitz on the ball of radius 4 R0/alpha, alpha = s0/2");
    Num lam = measured("Lam").top();
    Num alpha = derived("alpha", "s0/2", s0.bottom().over(2));
    Num drift = lam.times(r0).times(4).over(alpha);
    less(
        "sigma_min(J) >= alpha on that ball: L 4 R0/alpha < s0 - alpha",
        "L 4 R0/alpha",
        drift,
        "s0 - alpha",
        s0.minus(alpha));
    conclude(GLOBAL);
    settled(
        ball("L = Lam").lo.compareTo(r0.top().times(4).over(alpha).hi) >= 0,
        "L is taken on a ball of radius R >= 4 R0/alpha");
    Num beta = b0.plus(drift.top());
    Num ratio = alpha.square().over(lam.times(r0.top())); // unbounded where L R0 may be 0
    Num limit =
        ONE.over(beta.square().times(2)).times(ratio.lo.signum() > 0 ? ratio.min(ONE) : ONE);
    Map<String, Object> p = prediction("RESIDUAL_NORM");
    Num eta = step(p, "(1/(2 beta^2)) min(1, alpha^2/(L R0))", limit);
    atMost(p, "initial", "R0", r0);
    atLeast(p, "rate", "eta alpha^2/2", eta.times(alpha.square()).over(2));
    atMost(p, "radius", "2 R0/alpha", r0.times(2).over(alpha));
    envelope(p, "initial (1 - rate)^t");
  }

  private void polyakLojasiewicz() {
    premise(SQUARES);
    Num s0 = measured("s0");
    Num b0 = measured("b0").top();
    Num r0 = measured("R0");
    less(FULL_RANK, "0", ZERO, null, s0);
    premise("J is Lam-Lipschitz on a ball of radius R between 2 R0/s0 and 4 R0/s0");
    Num ball = ball("Lam");
    Num drift = measured("Lam").times(ball);
    less("J keeps its rank on the ball: Lam R < s0", "Lam R", drift, null, s0);
    Num s = s0.minus(drift);
    Num path = r0.times(2).over(s);
    less(
        "the path stays within the ball: 2 R0/(s0 - Lam R) < R",
        "2 R0/(s0 - Lam R)",
        path,
        "R",
        ball);
    conclude("1/2 ||grad F||^2 >= s^2 F on the ball, and " + GLOBAL);
    Num beta = b0.plus(drift).square().plus(measured("Lam").times(r0));
    Map<String, Object> p = prediction("EXCESS_LOSS");
    Num eta = step(p, "1/beta", ONE.over(beta));
    atMost(p, "initial", "R0^2/2", r0.square().over(2));
    atLeast(p, "rate", "eta (s0 - Lam R)^2", eta.times(s.bottom().square()));
    atMost(p, "radius", "2 R0/(s0 - Lam R)", path);
    envelope(p, "initial (1 - rate)^t");
  }

  /** What the theorems on deep linear residual networks share. */
  private final class Linear {
    final int depth;
    final Num c;
    final Num a;
    final Num normA;
    final Num b;
    final Num normB;
    final Num s;
    final Num normX;
    final Num x;
    final Num k;
    final Num u1;
    final Num u2;
    final Num mu;

    /** Up to the point where the numbers are needed. */
    Linear(boolean interpolates, boolean constants) {
      premise(
          "f = B (I + W_L) ... (I + W_1) A X, A and B fixed, W = 0, trained on 1/2 sum of squares");
      a = measured("a");
      less("A has rank d: sigma_min(A) > 0", "0", ZERO, null, a);
      b = measured("b");
      less("B has rank k: sigma_min(B) > 0", "0", ZERO, null, b);
      premise("X has full rank min(d, n)");
      s = measured("s");
      if (interpolates) {
        premise("F* = 0: the samples are independent, n <= d");
      }
      depth = count("L");
      c = setting("c");
      settled(c.lo.signum() > 0 && c.hi.compareTo(Binary.ONE) <= 0, "0 < c <= 1");
      normA = measured("||A||");
      normB = measured("||B||");
      normX = measured("||X||");
      x = c.over(depth);
      k = normA.times(normB).times(normX);
      u1 = ONE.plus(x).power(depth - 1);
      u2 = ONE.plus(x).power(Math.max(depth - 2, 0));
      mu = ONE.minus(x).power(depth - 1).times(a).times(b).times(s).square().times(depth);
      if (constants) {
        derived("x", "c/L", x);
        derived("K", "||A|| ||B|| ||X||", k);
        derived("u1", "(1+x)^(L-1)", u1);
        derived("u2", "(1+x)^max(L-2,0)", u2);
        derived("mu", "L (1-x)^(2(L-1)) (a b s)^2", mu);
      }
    }

    Num smoothness(Num residual) {
      return u1.square()
          .times(k.square())
          .times(depth)
          .plus(u2.times(k).times(residual).times(depth - 1));
    }
  }

  private void deepLinear() {
    Linear n = new Linear(false, true);
    Num excess = measured("Delta_0");
    Num residual = excess.times(2).sqrt();
    Num ratio = ONE.minus(n.x).over(ONE.plus(n.x)).square();
    Num sum = ZERO;
    Num term = ONE;
    for (int j = 0; j < n.depth; j++) {
      sum = sum.plus(term);
      term = term.times(ratio);
    }
    derived("S", "sum_(j<L) ((1-x)/(1+x))^(2j)", sum);
    Num beta = derived("beta", "L u1^2 K^2 + (L-1) u2 K sqrt(2 Delta_0)", n.smoothness(residual));
    Num path = residual.over(n.mu.sqrt()).over(share()).positive();
    less(
        "each layer stays in its region: sqrt(2 Delta_0/mu) / ((1 - h/2) sqrt(S)) < c/L",
        "sqrt(2 Delta_0/mu) / ((1 - h/2) sqrt(S))",
        path.over(sum.sqrt()),
        "c/L",
        n.x);
    descent(excess, n.mu, beta, path, n.x);
  }

  /** {@code 1 - h/2}. */
  private Num share() {
    Num h = setting("h");
    settled(h.lo.signum() >= 0 && h.hi.compareTo(Binary.ONE) <= 0, "0 <= h <= 1");
    return ONE.minus(h.over(2));
  }

  /** Descent with {@code eta <= h/beta}, or flow for h = 0. */
  private void descent(Num excess, Num mu, Num beta, Num path, Num layer) {
    boolean flow = setting("h").hi.signum() == 0;
    if (!flow) {
      premise("the step size is a positive double");
    }
    conclude(
        flow
            ? "gradient flow reaches the global minimum at an exponential rate"
            : "gradient descent reaches the global minimum at a linear rate");
    Map<String, Object> p = prediction("EXCESS_LOSS");
    Num eta = flow ? ONE : step(p, "h/beta", setting("h").over(beta));
    atMost(p, "initial", "Delta_0", excess);
    atLeast(
        p,
        "rate",
        "2 eta mu (1 - h/2); along gradient flow 2 mu",
        eta.times(mu).times(2).times(share()));
    atMost(p, "radius", PATH, path);
    atMost(p, "layerRadius", null, layer);
    envelope(p, flow ? "initial e^(-rate t)" : "initial (1 - rate)^t");
  }

  private void zouForm() {
    Linear n = new Linear(false, false);
    Num excess = measured("Delta_0");
    Num e = n.c.exp();
    Num needed =
        Num.of(2)
            .times(Num.of(2).sqrt())
            .times(e.power(3))
            .over(n.c)
            .times(n.normX)
            .times(excess.sqrt())
            .over(n.s.square())
            .positive();
    Num given = n.a.times(n.b).square().over(n.normA.times(n.normB)).positive();
    less(
        "A and B are large: (2 sqrt2 e^(3c)/c) ||X|| sqrt(Delta_0)/sigma_min(X)^2 <"
            + " sigma_min(A)^2 sigma_min(B)^2/(||A|| ||B||)",
        "(2 sqrt2 e^(3c)/c) ||X|| sqrt(Delta_0)/s^2",
        needed,
        "a^2 b^2/(||A|| ||B||)",
        given);
    premise("the step size is a positive double");
    conclude("gradient descent reaches the global minimum at a linear rate");
    Num beta =
        n.k.times(e.square().times(n.k).plus(e.times(excess.times(2).sqrt()))).times(n.depth);
    Map<String, Object> p = prediction("EXCESS_LOSS");
    Num eta = step(p, "1/(L K (e^(2c) K + e^c sqrt(2 Delta_0)))", ONE.over(beta));
    atMost(p, "initial", "Delta_0", excess);
    atLeast(
        p,
        "rate",
        "eta L e^(-2c) (a b s)^2",
        eta.times(n.depth).times(n.a.times(n.b).times(n.s).square()).over(e.square()));
    atMost(p, "radius", "c/sqrt(L)", n.x.times(Num.of(n.depth).sqrt()));
    atMost(p, "layerRadius", "c/L", n.x);
    envelope(p, "initial (1 - rate)^t");
  }

  private void stochastic() {
    Linear n = new Linear(true, true);
    Num loss = measured("F_0");
    Num noise =
        derived(
            "S_g",
            "n L (||A|| ||B|| u1 xbar)^2",
            n.normA
                .times(n.normB)
                .times(n.u1)
                .times(measured("xbar"))
                .square()
                .times(n.depth)
                .times(count("n")));
    Num residual =
        derived(
            "E_R",
            "((1+x)^L - 1) ||B|| ||A X||_F + sqrt(2 F_0)",
            ONE.plus(n.x)
                .power(n.depth)
                .minus(ONE)
                .times(n.normB)
                .times(measured("||A X||_F"))
                .plus(loss.times(2).sqrt()));
    Num beta = derived("beta_R", "L u1^2 K^2 + (L-1) u2 K E_R", n.smoothness(residual));
    String formula = "2 L sqrt(2 S_g F_0)/(c mu)";
    Num delta = noise.times(loss).times(2).sqrt().times(2).over(n.x.times(n.mu)).positive();
    less(
        "the region is kept with positive probability: delta = " + formula + " < 1",
        formula,
        delta,
        "one",
        ONE);
    premise("the step size is a positive double");
    conclude(
        "the expected loss, runs that leave the region counted as 0, falls to zero at a linear"
            + " rate; the region is kept with probability at least 1 - delta");
    Map<String, Object> p = prediction("EXPECTED_EXCESS_LOSS");
    Num eta = step(p, "mu/(beta_R S_g)", n.mu.over(beta.times(noise)));
    atMost(p, "initial", "F_0", loss);
    atLeast(p, "rate", "eta mu", eta.times(n.mu));
    atMost(p, "radius", "c/L", n.x);
    atMost(p, "layerRadius", "c/L", n.x);
    atMost(p, "failureProbability", formula, delta);
    envelope(p, "initial (1 - rate)^t");
  }

  private void chainPremises() {
    premise(
        "f = M_H ... M_1 X, each M fixed or e I + s W with W trained, hidden widths equal and at"
            + " least max(d, k), trained on 1/2 sum of squares");
    premise("X has full rank min(d, n)");
  }

  /** A factor without a scale {@code s_l} is fixed. */
  private void linearChain() {
    chainPremises();
    Num s = measured("s");
    Num normX = measured("||X||");
    Num excess = measured("Delta_0");
    Num omega = setting("omega");
    int depth = count("H");
    Num[] scale = new Num[depth];
    Num[] lo = new Num[depth];
    Num[] up = new Num[depth];
    for (int l = 0; l < depth; l++) {
      int name = l + 1;
      boolean trained = measured.containsKey("s_" + name);
      if (!trained) {
        trust("M_" + name + " is fixed (read off the description)");
      }
      scale[l] = trained ? measured("s_" + name) : ZERO;
      lo[l] = measured("sigma_min(M_" + name + ")").minus(scale[l].times(omega)).positive();
      up[l] = measured("||M_" + name + "||").plus(scale[l].times(omega));
    }
    Num squares = ZERO;
    Num curvature = ZERO;
    Num[] lowBefore = products(lo, false);
    Num[] lowAfter = products(lo, true);
    Num[] upBefore = products(up, false);
    Num[] upAfter = products(up, true);
    Num[] rows = new Num[depth];
    Arrays.fill(rows, ZERO);
    for (int l = 0; l < depth; l++) {
      squares = squares.plus(scale[l].times(lowBefore[l]).times(lowAfter[l]).square());
      Num between = normX.times(scale[l]).times(upBefore[l]);
      curvature = curvature.plus(between.times(upAfter[l]).square());
      for (int j = l + 1; j < depth; j++) {
        Num pair = between.times(scale[j]).times(upAfter[j]);
        rows[l] = rows[l].plus(pair);
        rows[j] = rows[j].plus(pair);
        between = between.times(up[j]);
      }
    }
    Num norm = ZERO; // the norm of a symmetric matrix is at most its largest row sum
    for (Num row : rows) {
      norm = norm.max(row);
    }
    Num residual = excess.times(2).sqrt();
    Num mu =
        derived("mu", "s^2 sum_(l trained) (s_l prod_(i != l) lo_i)^2", s.square().times(squares));
    Num beta =
        derived(
            "beta",
            "sum_l K_l^2 + ||[K_lj]|| sqrt(2 Delta_0)",
            curvature.plus(norm.times(residual)));
    Num path = residual.over(mu.sqrt()).over(share()).positive();
    less("the path stays in the region: " + PATH + " < omega", PATH, path, null, omega);
    descent(excess, mu, beta, path, omega);
  }

  /** Entry l: the product of all factors before l, or of all after it. */
  private static Num[] products(Num[] factors, boolean after) {
    Num[] out = new Num[factors.length];
    Num product = ONE;
    for (int i = 0; i < out.length; i++) {
      int l = after ? out.length - 1 - i : i;
      out[l] = product;
      product = product.times(factors[l]);
    }
    return out;
  }

  private void zeroAsymmetric() {
    chainPremises();
    premise(
        "all layers are trained, dense, without bias and factor; W_1 = ... = W_(L-1) = I, W_L = 0");
    Num s = measured("s");
    Num excess = measured("Delta_0");
    conclude("gradient flow reaches the global minimum at an exponential rate");
    Map<String, Object> p = prediction("EXCESS_LOSS");
    atMost(p, "initial", "Delta_0", excess);
    atLeast(p, "rate", "2 s^2", s.square().times(2));
    atMost(p, "radius", "sqrt(2 Delta_0)/s", excess.times(2).sqrt().over(s));
    envelope(p, "initial e^(-rate t)");
  }

  /** {@code "lo, hi]"} or {@code "lo]"}, in decimals that are rounded outward. */
  private void infimum(Num own, String words) {
    String notAttained = "], which is not attained";
    boolean open = holds && text(file, "conclusion").endsWith(notAttained);
    String[] ends = conclude(words, open ? notAttained : "]").split(", ", 2);
    verdict(
        decimal(ends[0]).compareTo(own.lo.decimal()) <= 0
            && decimal(ends[ends.length - 1]).compareTo(own.hi.decimal()) >= 0,
        "the infimum of the conclusion",
        "measured " + own);
    verdict(
        noStronger(file, own),
        "rigor and subject of the infimum",
        "weaker than those of the certificate");
    if (open) {
      trusted.add("HOLDS: no parameters attain the infimum (read off the loss and the targets)");
    }
  }

  private Num features() {
    less(FEATURES, "0", ZERO, null, measuredOrOpen("s"));
    return measured("s");
  }

  /** c is 1 for a sum over samples and 1/n for a mean; which of them is read off the loss. */
  private Num lossFactor() {
    Num c = measured("c");
    Num mean = ONE.over(count("n"));
    boolean sum = c.contains(ONE) && c.lo.equals(c.hi);
    settled(sum || c.contains(mean), "c is 1 or 1/n");
    return c;
  }

  private void lastLayer() {
    boolean flow = text(file, "name").startsWith("gradient flow");
    premise(AFFINE);
    premise("only the last layer is trained");
    premise("parameters and data are double precision");
    premise("trained on 1/2 sum of squares or 1/(2n) sum of squares");
    Num s = features();
    Num c = lossFactor();
    Num norm = measured("||M||");
    Num residual = measured("||r_0||");
    Num rate = c.times(s.square());
    if (!flow) {
      Num eta = setting("eta");
      less(
          "the step is short: 0 < eta < 1/(c ||M||^2)",
          "eta",
          eta,
          "1/(c ||M||^2)",
          ONE.over(c.times(norm.square())).positive());
      rate = rate.times(eta);
    }
    conclude(
        "gradient "
            + (flow ? "flow" : "descent")
            + " of the last layer reaches zero loss, the global minimum over all"
            + " layers, "
            + (flow ? "exponentially" : "at a linear rate"));
    Map<String, Object> p = prediction("RESIDUAL_NORM");
    if (!flow) {
      stepIsEta(p);
    }
    atMost(p, "initial", null, residual);
    atLeast(p, "rate", flow ? "c sigma_min(M)^2" : "eta c sigma_min(M)^2", rate);
    atMost(p, "radius", "||r_0||/sigma_min(M)", residual.over(s));
    envelope(p, flow ? "initial e^(-rate t)" : "initial (1 - rate)^t");
  }

  private void stepIsEta(Map<String, Object> p) {
    Num eta = setting("eta");
    verdict(
        hex(p, "stepSize").equals(eta.lo) && eta.lo.signum() > 0,
        "the step size is eta > 0",
        "it is not");
  }

  private void lastLayerConvex() {
    premise(AFFINE);
    premise("only the last layer is trained");
    premise("parameters and data are double precision");
    premise("the loss is a sum or mean over samples of convex functions of that sample's outputs");
    boolean reference = nextIs("the reference weights are weights of the last layer");
    premise(
        reference
            ? "the reference weights are weights of the last layer"
            : "there is something to compare with: reference weights, or interpolation of squares");
    Num s = reference ? ONE : features();
    Num eta = setting("eta");
    Num limit =
        ONE.over(measured("||M||").square().times(lossFactor()).times(measured("L_l"))).positive();
    less("the step is short: 0 < eta < 1/L_H", "eta", eta, "1/L_H", limit);
    conclude(
        reference
            ? "gradient descent of the last layer comes as close to the loss of the reference"
                + " weights as 1/t, or falls below it; the infimum may be lower"
            : "the loss of gradient descent of the last layer falls to zero, the global minimum"
                + " over all layers, at least as fast as 1/t");
    Num distance = reference ? measured("||wbar - w_0||") : measured("||r_0||").over(s);
    Num loss = measured("L(w_0)");
    Map<String, Object> p = prediction(reference ? "LOSS_ABOVE_REFERENCE" : "EXCESS_LOSS");
    stepIsEta(p);
    atMost(p, "initial", null, reference ? loss.minus(measured("L(wbar)")).positive() : loss);
    atMost(p, "constant", "||wbar - w_0||^2/(2 eta)", distance.square().over(2).over(eta));
    atMost(p, "radius", null, reference ? Num.ANY : distance);
    if (reference) {
      referenceLoss(p, measured("L(wbar)"));
    }
    envelope(p, "min(initial, constant/t)");
  }

  // ---------------------------------------------------------------------------------------------------------------
  // What is compared with what.

  /** Verdict, rigor and subject of the whole are the worst of its parts. */
  private void verdicts() {
    int worst = 0;
    int rigor = RIGORS.size();
    int subject = SUBJECTS.size();
    List<Map<String, Object>> parts = new ArrayList<>(hypotheses);
    if (file.get("prediction") instanceof Map) {
      object(file.get("prediction")).values().stream()
          .filter(v -> v instanceof Map)
          .forEach(v -> parts.add(object(v)));
    }
    for (Map<String, Object> part : parts) {
      worst =
          part.containsKey("verdict") ? Math.max(worst, index(VERDICTS, part, "verdict")) : worst;
      rigor = Math.min(rigor, index(RIGORS, part, "rigor"));
      subject = Math.min(subject, index(SUBJECTS, part, "subject"));
    }
    verdict(
        !hypotheses.isEmpty() && index(VERDICTS, file, "verdict") == worst,
        "the verdict is the worst of its hypotheses",
        VERDICTS.get(worst));
    verdict(index(RIGORS, file, "rigor") <= rigor, "the rigor is the weakest of its parts", "");
    verdict(
        index(SUBJECTS, file, "subject") <= subject,
        "the subject is the narrowest of its parts",
        "");
    boolean proof =
        text(file, "problem").matches("[0-9a-f]{64}")
            && holds
            && text(file, "rigor").equals("VERIFIED")
            && text(file, "subject").equals("EXACT_NETWORK");
    verdict(
        Boolean.valueOf(proof).equals(file.get("proof")),
        "a proof is VERIFIED about the exact network",
        "");
    trusted.add("the numbers are about the problem with the SHA-256 sum " + text(file, "problem"));
    for (Map<String, Object> assumption : List.copyOf(hypotheses)) {
      if (text(assumption, "statement").equals("the numbers are those of the problem")) {
        trusted.add("ASSUMED: " + text(assumption, "statement"));
        hypotheses.remove(assumption);
      }
    }
  }

  private static int index(List<String> names, Map<String, Object> part, String key) {
    int index = names.indexOf(text(part, key));
    if (index < 0) {
      throw new IllegalArgumentException(
          key + ": expected one of " + names + ", got " + part.get(key));
    }
    return index;
  }

  /** The next hypothesis, which must be this one. */
  private Map<String, Object> next(String statement) {
    while (!holds && !hypotheses.isEmpty() && !nextIs(statement)) {
      open(hypotheses.poll(), "no hypothesis of this theorem here");
    }
    if (!nextIs(statement)) {
      throw new NotReached("no hypothesis \"" + statement + "\"");
    }
    return hypotheses.poll();
  }

  /** To the letter, but for the formula of M. */
  private boolean nextIs(String statement) {
    if (hypotheses.isEmpty()) {
      return false;
    }
    String found = text(hypotheses.peek(), "statement");
    return statement.equals(AFFINE)
        ? MATRICES.stream().anyMatch(m -> found.equals(AFFINE + m))
        : found.equals(statement);
  }

  private boolean nextFails() {
    return !hypotheses.isEmpty() && !text(hypotheses.peek(), "verdict").equals("HOLDS");
  }

  /** A hypothesis that nothing is claimed of, or else a refutation. */
  private void open(Map<String, Object> hypothesis, String why) {
    boolean claimed = holds || !text(hypothesis, "verdict").equals("UNDECIDED");
    if (!claimed || text(file, "verdict").equals("INAPPLICABLE")) {
      lines.add("OPEN      " + text(hypothesis, "statement"));
    } else {
      verdict(false, text(hypothesis, "statement"), why);
    }
  }

  /** A hypothesis that is decided by a description, not by numbers of this file. */
  private Map<String, Object> premise(String statement) {
    Map<String, Object> next = next(statement);
    trusted.add(
        text(next, "verdict") + ": " + text(next, "statement") + " (" + next.get("reason") + ")");
    return next;
  }

  /** A hypothesis {@code lhs < rhs}; a formula of null belongs to a measured number. */
  private void less(
      String statement, String leftFormula, Num left, String rightFormula, Num right) {
    Map<String, Object> claim = next(statement);
    String found = text(claim, "verdict");
    if (!claim.containsKey("lhs")) {
      verdict(!found.equals("HOLDS"), statement, "it has no numbers");
      trusted.add(found + ": " + statement + " (" + claim.get("reason") + ")");
      return;
    }
    Map<String, Object> lhs = object(claim.get("lhs"));
    Map<String, Object> rhs = object(claim.get("rhs"));
    String follows =
        hex(lhs, "hi").compareTo(hex(rhs, "lo")) < 0
            ? "HOLDS"
            : hex(lhs, "lo").compareTo(hex(rhs, "hi")) >= 0 ? "FAILS" : "UNDECIDED";
    verdict(found.equals(follows), statement, "from its two sides follows " + follows);
    if (found.equals("UNDECIDED")) {
      lines.add("OPEN      " + statement);
      return;
    }
    contains(lhs, "left side of: " + statement, leftFormula, left);
    contains(rhs, "right side of: " + statement, rightFormula, right);
    verdict(
        noStronger(claim, Num.of(lhs).hull(Num.of(rhs))),
        "rigor and subject of: " + statement,
        "not those of its sides");
  }

  /** A number in between, which the file must enclose; the own value is used from here on. */
  private Num derived(String symbol, String formula, Num own) {
    used.add(symbol);
    contains(find(derived, symbol), symbol + " = " + formula, formula, own);
    return own;
  }

  private void contains(Map<String, Object> claim, String what, String formula, Num own) {
    Num claimed = Num.of(claim);
    verdict(claimed.contains(own), what, "claimed " + claimed + ", recomputed " + own);
    sameStanding(claim, what, formula, own);
  }

  private void atMost(Map<String, Object> prediction, String name, String formula, Num own) {
    used.add("prediction " + name);
    Map<String, Object> claim = object(prediction.get(name));
    verdict(
        hex(claim, "atMost").compareTo(own.hi) >= 0,
        name + " at most " + claim.get("atMost"),
        "recomputed " + own);
    sameStanding(claim, name, formula, own);
  }

  private void atLeast(Map<String, Object> prediction, String name, String formula, Num own) {
    used.add("prediction " + name);
    Map<String, Object> claim = object(prediction.get(name));
    Binary bound = hex(claim, "atLeast");
    verdict(
        bound.compareTo(own.lo) <= 0 && bound.signum() > 0,
        name + " at least " + claim.get("atLeast"),
        "recomputed " + own);
    sameStanding(claim, name, formula, own);
  }

  private void sameStanding(Map<String, Object> claim, String what, String formula, Num own) {
    if (!noStronger(claim, own)) {
      verdict(false, what, "its rigor or subject is stronger than that of the measured numbers");
    }
    if (formula != null
        && !formula.equals(claim.get("method"))
        && !formula.equals(claim.get("symbol"))) {
      verdict(false, what, "expected the formula " + formula + ", got " + claim.get("method"));
    }
  }

  /** Whether a claim is known no better, and about no more, than what it was computed from. */
  private static boolean noStronger(Map<String, Object> claim, Num own) {
    return index(RIGORS, claim, "rigor") <= own.rigor
        && index(SUBJECTS, claim, "subject") <= own.subject;
  }

  /** The step size, which must not exceed a limit. */
  private Num step(Map<String, Object> prediction, String formula, Num limit) {
    Binary eta = hex(prediction, "stepSize");
    verdict(
        eta.signum() > 0 && eta.compareTo(limit.lo) <= 0,
        "0 < eta <= " + formula,
        "limit " + limit);
    return Num.exact(eta);
  }

  /** The conclusion is this; nothing after it is reached unless the certificate holds. */
  private void conclude(String words) {
    verdict(
        conclude(words, "").isEmpty(), "the conclusion says nothing else", "expected: " + words);
  }

  /** What a conclusion says between its first words and its last, which the caller checks. */
  private String conclude(String begins, String ends) {
    if (!holds) {
      throw new NotReached("no conclusion is claimed");
    }
    String claim = text(file, "conclusion");
    boolean known =
        claim.length() >= begins.length() + ends.length()
            && claim.startsWith(begins)
            && claim.endsWith(ends);
    verdict(known, "the conclusion is that of the theorem", "expected: " + begins + " ... " + ends);
    verdict(hypotheses.isEmpty(), "there are no other hypotheses", "");
    return known ? claim.substring(begins.length(), claim.length() - ends.length()) : "";
  }

  /** An infinity has no decimal, so that a text with one is refused. */
  private static BigDecimal decimal(String text) {
    try {
      return new BigDecimal(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("expected a decimal, got " + text, e);
    }
  }

  private Map<String, Object> prediction(String monitored) {
    Map<String, Object> prediction = object(file.get("prediction"));
    verdict(
        text(prediction, "monitored").equals(monitored),
        "what the envelope bounds is " + monitored,
        "" + prediction.get("monitored"));
    for (String name : List.of("monitored", "stepSize", "shape", "envelope")) {
      used.add("prediction " + name);
    }
    return prediction;
  }

  private void referenceLoss(Map<String, Object> prediction, Num own) {
    used.add("prediction referenceLoss");
    contains(object(prediction.get("referenceLoss")), "the reference loss", null, own);
  }

  /** A certificate that holds claims nothing beside what was checked. */
  private void nothingElse() {
    Set<String> claims = new HashSet<>(derived.keySet());
    if (file.containsKey("prediction")) {
      object(file.get("prediction")).keySet().forEach(name -> claims.add("prediction " + name));
    }
    claims.removeAll(used);
    verdict(claims.isEmpty(), "nothing else is claimed", "" + claims);
  }

  /** The envelope follows from the claimed initial value and rate, which were checked before. */
  private void envelope(Map<String, Object> p, String shape) {
    verdict(text(p, "shape").equals(shape), "the envelope is " + shape, text(p, "shape"));
    boolean flow = shape.contains("e^");
    verdict(p.containsKey("stepSize") != flow, "a step size unless it is gradient flow", "");
    Num initial = Num.exact(hex(object(p.get("initial")), "atMost"));
    for (Map<String, Object> point : list(p, "envelope")) {
      Binary t = hex(point, "t");
      if (t.signum() < 0 || t.infinite() || !flow && t.exponent < 0) {
        throw new IllegalArgumentException(
            "expected "
                + (flow ? "a time" : "a number of steps")
                + " for t, got "
                + point.get("t"));
      }
      Num own;
      if (shape.contains("constant")) {
        own = initial.min(Num.exact(hex(object(p.get("constant")), "atMost")).over(Num.exact(t)));
      } else {
        Num rate = Num.exact(hex(object(p.get("rate")), "atLeast"));
        own =
            initial.times(
                flow
                    ? ONE.over(rate.times(Num.exact(t)).min(Num.of(2000)).exp()).top()
                    : ONE.minus(rate.min(ONE)).power(t.toInt()));
      }
      verdict(
          hex(point, "atMost").compareTo(own.hi) >= 0,
          "envelope after " + t,
          "claimed " + point.get("atMost") + ", recomputed " + own);
    }
  }

  /**
   * Something this program computes from measured numbers; needed only if the certificate holds.
   */
  private void settled(boolean condition, String what) {
    if (holds || condition) {
      verdict(condition, what, "it is false");
    }
  }

  private void verdict(boolean condition, String what, String otherwise) {
    checked += condition ? 1 : 0;
    refuted += condition ? 0 : 1;
    lines.add(
        (condition ? "CHECKED   " : "REFUTED   ")
            + what
            + (condition || otherwise.isEmpty() ? "" : " -- " + otherwise));
  }

  // ---------------------------------------------------------------------------------------------------------------
  // Numbers of the file.

  private Num measured(String symbol) {
    Map<String, Object> claim = find(measured, symbol);
    Num value = Num.of(claim);
    trust(
        "%s in [%s, %s] (%s, %s; %s)"
            .formatted(
                symbol,
                claim.get("lo"),
                claim.get("hi"),
                claim.get("rigor"),
                claim.get("subject"),
                claim.get("method")));
    return value;
  }

  /** Where a structural reason takes the place of a number. */
  private Num measuredOrOpen(String symbol) {
    return measured.containsKey(symbol) ? measured(symbol) : Num.ANY;
  }

  /** A choice of the theorem: one number, which needs no trust. */
  private Num setting(String symbol) {
    Num value = Num.of(find(measured, symbol));
    if (!value.lo.equals(value.hi)) {
      throw new IllegalArgumentException("expected one number for " + symbol + ", got " + value);
    }
    return Num.exact(value.lo);
  }

  /** A size that was read off the description. */
  private int count(String symbol) {
    try {
      int count = described(symbol).lo.toInt();
      if (count < 0) {
        throw new IllegalArgumentException("expected a size for " + symbol + ", got " + count);
      }
      return count;
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("expected a whole number for " + symbol, e);
    }
  }

  /** One number that was read off the description. */
  private Num described(String symbol) {
    Num value = setting(symbol);
    trust(symbol + " = " + value.lo + " (read off the description)");
    return value;
  }

  private void trust(String line) {
    if (!trusted.contains(line)) {
      trusted.add(line);
    }
  }

  private Map<String, Object> find(Map<String, Map<String, Object>> numbers, String symbol) {
    if (!numbers.containsKey(symbol)) {
      throw new NotReached("no number " + symbol);
    }
    return numbers.get(symbol);
  }

  private static void once(Map<String, Map<String, Object>> numbers, Map<String, Object> number) {
    if (numbers.put(text(number, "symbol"), number) != null) {
      throw new IllegalArgumentException(
          "expected each symbol once, got twice " + number.get("symbol"));
    }
  }

  private static Binary hex(Map<String, Object> object, String key) {
    String text = text(object, key);
    double value = Double.parseDouble(text);
    if (Double.isNaN(value) || !Double.toHexString(value).equals(text)) { // nothing is rounded away
      throw new IllegalArgumentException(
          "expected a double as Java's Double.toHexString writes it for " + key + ", got " + text);
    }
    return Binary.of(value);
  }

  private static String text(Map<String, Object> object, String key) {
    if (object.get(key) instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException(
        "expected a text for \"" + key + "\", got " + object.get(key));
  }

  @SuppressWarnings("unchecked") // the parser makes no other maps
  private static Map<String, Object> object(Object value) {
    if (value instanceof Map) {
      return (Map<String, Object>) value;
    }
    throw new IllegalArgumentException("expected a JSON object, got " + value);
  }

  private static List<Map<String, Object>> list(Map<String, Object> object, String key) {
    if (object.get(key) instanceof List<?> items) {
      return items.stream().map(CheckCertificate::object).toList();
    }
    throw new IllegalArgumentException(
        "expected an array for \"" + key + "\", got " + object.get(key));
  }

  /** The certificate ends before this point. */
  private static final class NotReached extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotReached(String message) {
      super(message);
    }
  }

  /**
   * An interval, with the weakest rigor and the narrowest subject of what it was computed from. All
   * ends are rounded outward.
   */
  private record Num(Binary lo, Binary hi, int rigor, int subject) {
    static final Num ANY =
        new Num(Binary.INFINITY.negate(), Binary.INFINITY, RIGORS.size(), SUBJECTS.size());

    static Num exact(Binary value) {
      return new Num(value, value, RIGORS.size(), SUBJECTS.size());
    }

    static Num of(long value) {
      return exact(Binary.of(value));
    }

    static Num of(Map<String, Object> claim) {
      Num claimed =
          new Num(
              CheckCertificate.hex(claim, "lo"),
              CheckCertificate.hex(claim, "hi"),
              index(RIGORS, claim, "rigor"),
              index(SUBJECTS, claim, "subject"));
      if (claimed.lo.compareTo(claimed.hi) > 0
          || claimed.lo.equals(ANY.hi)
          || claimed.hi.equals(ANY.lo)) {
        throw new IllegalArgumentException("expected an interval of real numbers, got " + claimed);
      }
      return claimed;
    }

    private Num with(Binary newLo, Binary newHi, Num other) {
      return new Num(newLo, newHi, Math.min(rigor, other.rigor), Math.min(subject, other.subject));
    }

    Num top() {
      return with(hi, hi, this);
    }

    Num bottom() {
      return with(lo, lo, this);
    }

    Num hull(Num other) {
      return with(lo.min(other.lo), hi.max(other.hi), other);
    }

    Num min(Num other) {
      return with(lo.min(other.lo), hi.min(other.hi), other);
    }

    Num max(Num other) {
      return with(lo.max(other.lo), hi.max(other.hi), other);
    }

    /** A number that is known not to be negative. */
    Num positive() {
      return max(ZERO);
    }

    boolean contains(Num other) {
      return lo.compareTo(other.lo) <= 0 && other.hi.compareTo(hi) <= 0;
    }

    Num plus(Num other) {
      return with(lo.plus(other.lo, false), hi.plus(other.hi, true), other);
    }

    Num minus(Num other) {
      return with(lo.plus(other.hi.negate(), false), hi.plus(other.lo.negate(), true), other);
    }

    Num times(long factor) {
      return times(of(factor));
    }

    Num over(long divisor) {
      return over(of(divisor));
    }

    Num times(Num other) {
      return ends(other, Binary::times);
    }

    Num over(Num other) {
      return other.contains(ZERO) ? with(ANY.lo, ANY.hi, other) : ends(other, Binary::over);
    }

    /** For an operation that has its least and its largest value at ends of both intervals. */
    private Num ends(Num other, Rounded operation) {
      Binary low = Binary.INFINITY;
      Binary high = Binary.INFINITY.negate();
      for (Binary a : List.of(lo, hi)) {
        for (Binary b : List.of(other.lo, other.hi)) {
          low = low.min(operation.apply(a, b, false));
          high = high.max(operation.apply(a, b, true));
        }
      }
      return with(low, high, other);
    }

    Num square() {
      Num product = times(this);
      return lo.signum() < 0 && hi.signum() > 0 ? product.positive() : product;
    }

    Num power(int exponent) {
      Num power = with(Binary.ONE, Binary.ONE, this);
      Num base = this;
      for (int left = exponent; left > 0; left >>= 1) {
        power = (left & 1) == 1 ? power.times(base) : power;
        base = left > 1 ? base.square() : base;
      }
      return power;
    }

    /** Of the part that is not negative. */
    Num sqrt() {
      return with(lo.max(Binary.ZERO).sqrt(false), hi.max(Binary.ZERO).sqrt(true), this);
    }

    /**
     * For arguments in [0, 2000]: the series of an argument below 1, whose remainder is below its
     * last term.
     */
    Num exp() {
      Num small = over(1 << 11);
      Num sum = ONE;
      Num term = ONE;
      for (int j = 1; j <= 60; j++) {
        term = term.times(small).over(j);
        sum = sum.plus(term);
      }
      return with(sum.lo, sum.hi.plus(term.hi, true), this).power(1 << 11);
    }

    @Override
    public String toString() {
      return "[" + lo + ", " + hi + "]";
    }
  }

  /** An operation on numbers, rounded up or down. */
  private interface Rounded {
    Binary apply(Binary a, Binary b, boolean up);
  }

  /**
   * The number {@code digits 2^exponent}, or an infinity. Results are rounded to 256 bits, up or
   * down. A double has 53 bits, so that what is exact in doubles is exact here; rounded to decimals
   * it would not be.
   */
  private record Binary(BigInteger digits, int exponent) {
    private static final int BITS = 256;
    static final Binary INFINITY = new Binary(BigInteger.ONE, 2_000_000_000);
    static final Binary ZERO = of(0);
    static final Binary ONE = of(1);

    static Binary of(long value) {
      return rounded(BigInteger.valueOf(value), 0, false);
    }

    static Binary of(double value) {
      if (Double.isInfinite(value)) {
        return value > 0 ? INFINITY : INFINITY.negate();
      }
      int exponent = Math.max(Math.getExponent(value), Double.MIN_EXPONENT) - 52;
      return rounded(BigInteger.valueOf((long) Math.scalb(value, -exponent)), exponent, false);
    }

    private static Binary rounded(BigInteger digits, int exponent, boolean up) {
      if (digits.signum() == 0) {
        return new Binary(BigInteger.ZERO, 0);
      }
      int zeros = digits.getLowestSetBit();
      int extra = Math.max(digits.bitLength() - BITS, zeros);
      BigInteger floor = digits.shiftRight(extra);
      BigInteger end = up && extra > zeros ? floor.add(BigInteger.ONE) : floor;
      return new Binary(end, Math.addExact(exponent, extra));
    }

    boolean infinite() {
      return exponent == INFINITY.exponent;
    }

    int signum() {
      return digits.signum();
    }

    Binary negate() {
      return new Binary(digits.negate(), exponent);
    }

    int compareTo(Binary other) {
      long size = (long) digits.bitLength() + exponent;
      long otherSize = (long) other.digits.bitLength() + other.exponent;
      if (signum() != other.signum() || signum() == 0) {
        return Integer.compare(signum(), other.signum());
      }
      if (Math.abs(size - otherSize) > 1) { // the length of a negative power of two is one less
        return Long.compare(size, otherSize) * signum();
      }
      int least = Math.min(exponent, other.exponent);
      return digits
          .shiftLeft(exponent - least)
          .compareTo(other.digits.shiftLeft(other.exponent - least));
    }

    Binary min(Binary other) {
      return compareTo(other) <= 0 ? this : other;
    }

    Binary max(Binary other) {
      return compareTo(other) >= 0 ? this : other;
    }

    Binary plus(Binary other, boolean up) {
      if (infinite() || other.signum() == 0) {
        return this;
      }
      if (other.infinite() || signum() == 0) {
        return other;
      }
      int least = Math.min(exponent, other.exponent);
      BigInteger sum =
          digits.shiftLeft(exponent - least).add(other.digits.shiftLeft(other.exponent - least));
      return rounded(sum, least, up);
    }

    /** Zero times infinity is zero, as for the ends of a set of products. */
    Binary times(Binary other, boolean up) {
      int sign = signum() * other.signum();
      if (sign == 0) {
        return ZERO;
      }
      if (infinite() || other.infinite()) {
        return sign > 0 ? INFINITY : INFINITY.negate();
      }
      return rounded(digits.multiply(other.digits), Math.addExact(exponent, other.exponent), up);
    }

    Binary over(Binary other, boolean up) {
      if (signum() == 0 || other.infinite()) {
        return ZERO;
      }
      if (infinite()) {
        return other.signum() > 0 ? this : negate();
      }
      int shift = Math.max(0, BITS + 2 + other.digits.bitLength() - digits.bitLength());
      BigInteger[] parts =
          digits
              .shiftLeft(shift)
              .multiply(BigInteger.valueOf(other.signum()))
              .divideAndRemainder(other.digits.abs());
      int step = parts[1].signum(); // its sign tells in which direction the quotient was cut off
      BigInteger end = up == step > 0 ? parts[0].add(BigInteger.valueOf(step)) : parts[0];
      return rounded(end, exponent - other.exponent - shift, up);
    }

    Binary sqrt(boolean up) {
      if (signum() == 0 || infinite()) {
        return this;
      }
      int shift = Math.max(0, 2 * BITS + 2 - digits.bitLength());
      shift += (exponent - shift) & 1;
      BigInteger[] parts = digits.shiftLeft(shift).sqrtAndRemainder();
      BigInteger end = up && parts[1].signum() > 0 ? parts[0].add(BigInteger.ONE) : parts[0];
      return rounded(end, (exponent - shift) / 2, up);
    }

    int toInt() {
      if (exponent < 0 || exponent > 31) {
        throw new ArithmeticException("expected a whole number below 2^31, got " + this);
      }
      return digits.shiftLeft(exponent).intValueExact();
    }

    BigDecimal decimal() {
      if (infinite()) {
        throw new IllegalArgumentException("expected a finite number");
      }
      BigDecimal whole = new BigDecimal(digits);
      return exponent >= 0
          ? whole.multiply(new BigDecimal(BigInteger.ONE.shiftLeft(exponent)))
          : whole.divide(new BigDecimal(BigInteger.ONE.shiftLeft(-exponent)));
    }

    /** Near enough for a message. */
    @Override
    public String toString() {
      int cut = digits.bitLength() - 60;
      return Double.toHexString(
          Math.scalb(digits.shiftRight(cut).doubleValue(), Math.max(-9999, exponent) + cut));
    }
  }

  /** A parser for JSON: objects become maps, arrays lists, numbers doubles. */
  private static final class Json {
    private final String text;
    private int at;

    Json(String text) {
      this.text = text;
    }

    Object document() {
      Object value = value();
      if (peek() != 0) {
        throw wrong("the end");
      }
      return value;
    }

    private Object value() {
      return switch (peek()) {
        case '{' -> object();
        case '[' -> array();
        case '"' -> string();
        case 't' -> word("true", true);
        case 'f' -> word("false", false);
        default -> number();
      };
    }

    private Map<String, Object> object() {
      Map<String, Object> members = new LinkedHashMap<>();
      for (char c = open('{', '}'); c != '}'; c = separator('}')) {
        String name = string();
        expect(':');
        if (members.put(name, value()) != null) {
          throw wrong("each name once");
        }
      }
      return members;
    }

    private List<Object> array() {
      List<Object> items = new ArrayList<>();
      for (char c = open('[', ']'); c != ']'; c = separator(']')) {
        items.add(value());
      }
      return items;
    }

    private char open(char open, char close) {
      expect(open);
      if (peek() == close) {
        at++;
        return close;
      }
      return open;
    }

    private char separator(char close) {
      char c = peek();
      expect(c == close ? close : ',');
      return c;
    }

    private String string() {
      expect('"');
      StringBuilder out = new StringBuilder();
      while (at < text.length() && text.charAt(at) != '"') {
        char c = text.charAt(at++);
        if (c == '\\') {
          c = at < text.length() ? text.charAt(at++) : 0;
          if (c == 'u') {
            c = (char) Integer.parseInt(text.substring(at, Math.min(at + 4, text.length())), 16);
            at += 4;
          } else {
            int escape = "bfnrt\"\\/".indexOf(c);
            if (escape < 0) {
              throw wrong("an escape");
            }
            c = "\b\f\n\r\t\"\\/".charAt(escape);
          }
        }
        out.append(c);
      }
      if (at >= text.length()) {
        throw wrong("a closing quote");
      }
      at++;
      return out.toString();
    }

    private Object word(String word, Object value) {
      if (!text.startsWith(word, at)) {
        throw wrong(word);
      }
      at += word.length();
      return value;
    }

    private Double number() {
      int from = at;
      while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
      try {
        return Double.valueOf(text.substring(from, at));
      } catch (NumberFormatException e) {
        throw wrong(from == at ? "a JSON value" : "a number");
      }
    }

    private char peek() {
      while (at < text.length() && " \n\r\t".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
      return at < text.length() ? text.charAt(at) : 0;
    }

    private void expect(char c) {
      if (peek() != c) {
        throw wrong("'" + c + "'");
      }
      at++;
    }

    private IllegalArgumentException wrong(String expected) {
      return new IllegalArgumentException("expected " + expected + " at character " + at);
    }
  }
}
