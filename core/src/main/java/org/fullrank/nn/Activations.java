package org.fullrank.nn;

/**
 * The activations of the library. All are immutable and stateless; those with a parameter are
 * records with value equality.
 *
 * <p><b>Constants.</b> {@link Regularity#lipschitz()} and {@link Regularity#smoothness()} are upper
 * bounds of the exact suprema, within 1e-5 of them.
 *
 * <p><b>Error.</b> With {@code u = 2^-53}: values and both derivatives are within 16u relative,
 * tails included (measured: at most 6u). Where a derivative has a root away from 0 and is a sum
 * (both of SiLU and tanh-GELU, the first of GELU), the error is at most 32u times the sum of the
 * absolute values of its terms. Results below 1e-300 are exact to 1e-315. {@code sin} and {@code
 * cos} are those of {@link Math}, within 2u. {@link Activation#evaluate(double[], double[],
 * double[])} obeys the same bounds; {@link Activation#evaluate(float[], float[], float[])} rounds
 * its results once, or, for tanh, is within 4 units {@code 2^-24} relative, and its derivative
 * within 6 units absolute and 100 relative; results below {@code 2^-126} err by {@code 2^-149}
 * besides. No finite argument gives NaN or an infinity, except that {@link #leakyRelu(double)} with
 * a slope beyond 1 can overflow. The bounds rest on {@link Math#exp} and its relatives being within
 * 2u, as documented; tests check them against arithmetic with 540 decimal places.
 */
public final class Activations {
  /** {@code x}, name {@code "identity"}. */
  public static final Activation IDENTITY = new SimpleActivations.Identity();

  /** {@code max(x, 0)}, derivative 0 at 0, name {@code "relu"}. */
  public static final Activation RELU = new PiecewiseLinear(0);

  /** {@code |x|}, derivative 0 at 0, name {@code "abs"}. */
  public static final Activation ABS = new PiecewiseLinear(-1);

  /** Hyperbolic tangent, name {@code "tanh"}. */
  public static final Activation TANH = new Tanh();

  /** {@code 1/(1 + exp(-x))}, name {@code "sigmoid"}. */
  public static final Activation SIGMOID = new SigmoidFamily.Sigmoid();

  /** {@code ln(1 + exp(x))}, name {@code "softplus"}. */
  public static final Activation SOFTPLUS = new Softplus(1);

  /** Error function, name {@code "erf"}. */
  public static final Activation ERF = new NormalFamily.ErrorFunction();

  /** {@code x Phi(x)}, {@code Phi} the standard normal distribution, name {@code "gelu_erf"}. */
  public static final Activation GELU = new NormalFamily.Gelu();

  /**
   * {@code x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))}, the usual approximation of {@link
   * #GELU}, name {@code "gelu_tanh"}.
   */
  public static final Activation GELU_TANH = new GeluTanh();

  /** {@code x/(1 + exp(-x))}, also called swish, name {@code "silu"}. */
  public static final Activation SILU = new SigmoidFamily.Silu();

  /** Sine, name {@code "sin"}. */
  public static final Activation SIN = new SimpleActivations.Sine();

  /** Cosine, name {@code "cos"}. */
  public static final Activation COS = new SimpleActivations.Cosine();

  /** {@code exp(-x^2/2)}, name {@code "gaussian"}. */
  public static final Activation GAUSSIAN = new NormalFamily.Gaussian();

  private static final String KNOWN =
      "identity, relu, leaky_relu(SLOPE), abs, tanh, sigmoid, softplus, softplus(SHARPNESS), erf,"
          + " gelu_erf, gelu_tanh, silu, sin, cos, gaussian";

  private Activations() {}

  /**
   * {@code x} for {@code x > 0}, {@code slope * x} else; the derivative at 0 is {@code slope}. Name
   * {@code "leaky_relu(0.1)"}. Slopes 0, -1 and 1 give {@link #RELU}, {@link #ABS} and {@link
   * #IDENTITY}.
   *
   * @param slope the slope on the negative half line
   * @return the activation
   * @throws IllegalArgumentException if the slope is not finite
   */
  public static Activation leakyRelu(double slope) {
    return slope == 1 ? IDENTITY : new PiecewiseLinear(slope);
  }

  /**
   * {@code ln(1 + exp(a x))/a}. Name {@code "softplus(100)"}, without the parameter if it is 1.
   *
   * @param sharpness {@code a} in {@code [1e-300, 1e300]}
   * @return the activation; its second derivative is at most {@code a/4}
   * @throws IllegalArgumentException if the sharpness is out of range
   */
  public static Activation softplus(double sharpness) {
    return new Softplus(sharpness);
  }

  /**
   * The activation with a given {@link Activation#name()}; spaces around name and parameter are
   * ignored.
   *
   * @param name for example {@code "tanh"} or {@code "softplus(100)"}
   * @return the activation
   * @throws IllegalArgumentException if there is none; the message lists the known names
   */
  public static Activation named(String name) {
    String text = name.strip();
    int open = text.indexOf('(');
    if (open < 0) {
      return plain(text, name);
    }
    String family = text.substring(0, open).strip();
    if (!text.endsWith(")") || !(family.equals("leaky_relu") || family.equals("softplus"))) {
      throw unknown(name);
    }
    double parameter;
    try {
      parameter = Double.parseDouble(text.substring(open + 1, text.length() - 1));
    } catch (NumberFormatException e) {
      throw unknown(name, e);
    }
    return family.equals("softplus") ? softplus(parameter) : leakyRelu(parameter);
  }

  private static Activation plain(String text, String name) {
    return switch (text) {
      case "identity" -> IDENTITY;
      case "relu" -> RELU;
      case "abs" -> ABS;
      case "tanh" -> TANH;
      case "sigmoid" -> SIGMOID;
      case "softplus" -> SOFTPLUS;
      case "erf" -> ERF;
      case "gelu_erf" -> GELU;
      case "gelu_tanh" -> GELU_TANH;
      case "silu" -> SILU;
      case "sin" -> SIN;
      case "cos" -> COS;
      case "gaussian" -> GAUSSIAN;
      default -> throw unknown(name);
    };
  }

  private static IllegalArgumentException unknown(String name) {
    return new IllegalArgumentException(
        "expected the name of an activation (" + KNOWN + ") but got \"" + name + "\"");
  }

  private static IllegalArgumentException unknown(String name, Exception cause) {
    IllegalArgumentException e = unknown(name);
    e.initCause(cause);
    return e;
  }

  /** A parameter as it stands in a name: integers without a fraction. */
  static String parameter(double a) {
    return a == Math.rint(a) && Math.abs(a) < 1e15 ? Long.toString((long) a) : Double.toString(a);
  }
}
