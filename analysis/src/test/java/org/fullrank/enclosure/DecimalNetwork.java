package org.fullrank.enclosure;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fullrank.diff.KroneckerBlock.Layout;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Layer;
import org.fullrank.nn.Network;
import org.fullrank.nn.Sequential;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.nn.layer.FixedLinear;
import org.fullrank.nn.layer.Flatten;
import org.fullrank.nn.layer.Residual;
import org.fullrank.nn.layer.SurrogateRelu;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Test oracle: values and gradients of small networks in decimal arithmetic, with 70 digits or with
 * no rounding but that of the functions, from the definitions of the layers, one sample at a time.
 * Shares no code with the enclosure.
 */
public final class DecimalNetwork {
  /** Goes back through a layer: adds to the gradient, returns the cotangent of the input. */
  private interface Back {
    BigDecimal[] apply(BigDecimal[] dy, BigDecimal[] gradient);
  }

  private static final class Node {
    final BigDecimal[] value;
    final Back back;

    Node(BigDecimal[] value, Back back) {
      this.value = value;
      this.back = back;
    }
  }

  private final Network network;
  private final BigDecimal[] theta;
  private final DataType type;
  private final MathContext digits;
  final List<BigDecimal[][]> values = new ArrayList<>();
  final BigDecimal[][] jacobian;

  /** Evaluates at all samples with 70 digits. */
  DecimalNetwork(Network network, INDArray parameters, INDArray x) {
    this(network, parameters, x, DecimalFunctions.DIGITS);
  }

  /** Evaluates at all samples; sums and products are rounded to these digits. */
  DecimalNetwork(Network network, INDArray parameters, INDArray x, MathContext digits) {
    this(network, decimals(Tensors.toDoubles(parameters)), x, digits);
  }

  /** Evaluates with 70 digits and parameters that need not be doubles. */
  public DecimalNetwork(Network network, BigDecimal[] parameters, INDArray x) {
    this(network, parameters, x, DecimalFunctions.DIGITS);
  }

  private DecimalNetwork(Network network, BigDecimal[] parameters, INDArray x, MathContext digits) {
    this.network = network;
    this.digits = digits;
    this.theta = parameters;
    this.type = x.dataType();
    int n = (int) x.size(0);
    int k = (int) network.outputs();
    double[] all = Tensors.toDoubles(x);
    int d = all.length / n;
    for (int l = 0; l <= network.layers().size(); l++) {
      values.add(new BigDecimal[n][]);
    }
    jacobian = new BigDecimal[n * k][];
    for (int i = 0; i < n; i++) {
      sample(i, k, decimals(Arrays.copyOfRange(all, i * d, (i + 1) * d)));
    }
  }

  private void sample(int i, int k, BigDecimal[] x) {
    List<Node> nodes = new ArrayList<>();
    BigDecimal[] h = x;
    values.get(0)[i] = x;
    int at = 0;
    for (Layer layer : network.layers()) {
      Node node = node(layer, at, h);
      nodes.add(node);
      h = node.value;
      values.get(nodes.size())[i] = h;
      at += (int) layer.parameterCount();
    }
    for (int c = 0; c < k; c++) {
      BigDecimal[] gradient = zeros(theta.length);
      BigDecimal[] dy = zeros(k);
      dy[c] = BigDecimal.ONE;
      for (int l = nodes.size() - 1; l >= 0; l--) {
        dy = nodes.get(l).back.apply(dy, gradient);
      }
      jacobian[i * k + c] = gradient;
    }
  }

  private Node node(Layer layer, int at, BigDecimal[] x) {
    if (layer instanceof Dense dense) {
      return dense(dense, theta, at, x);
    }
    if (layer instanceof SurrogateRelu surrogate) {
      return surrogate(surrogate, at, x);
    }
    if (layer instanceof FixedLinear fixed) {
      // Fixed matrices are documented to be rounded to the type of the inputs.
      return fixed(Tensors.toRows(fixed.matrix().castTo(type)), x);
    }
    if (layer instanceof Elementwise e) {
      BigDecimal[] y = zeros(x.length);
      BigDecimal[] s = zeros(x.length);
      for (int j = 0; j < x.length; j++) {
        y[j] = DecimalFunctions.value(e.activation(), x[j]);
        s[j] = DecimalFunctions.slope(e.activation(), x[j]);
      }
      return new Node(
          y,
          (dy, gradient) -> {
            BigDecimal[] dx = zeros(x.length);
            for (int j = 0; j < dx.length; j++) {
              dx[j] = round(dy[j].multiply(s[j]));
            }
            return dx;
          });
    }
    if (layer instanceof Residual residual) {
      return residual(residual, at, x);
    }
    if (layer instanceof Sequential chain) {
      return chain(chain, at, x);
    }
    if (layer instanceof Flatten) {
      return new Node(x, (dy, gradient) -> dy);
    }
    throw new IllegalArgumentException(layer.toString());
  }

  private Node chain(Sequential chain, int at, BigDecimal[] x) {
    List<Node> nodes = new ArrayList<>();
    BigDecimal[] h = x;
    int offset = at;
    for (Layer layer : chain.layers()) {
      nodes.add(node(layer, offset, h));
      h = nodes.get(nodes.size() - 1).value;
      offset += (int) layer.parameterCount();
    }
    return new Node(
        h,
        (dy, gradient) -> {
          BigDecimal[] g = dy;
          for (int l = nodes.size() - 1; l >= 0; l--) {
            g = nodes.get(l).back.apply(g, gradient);
          }
          return g;
        });
  }

  private Node residual(Residual residual, int at, BigDecimal[] x) {
    Node branch = chain(residual.branch(), at, x);
    int next = at + (int) residual.branch().parameterCount();
    Node skip =
        residual.shortcut().isPresent()
            ? node(residual.shortcut().get(), next, x)
            : new Node(x, (dy, gradient) -> dy);
    BigDecimal s = new BigDecimal(residual.scale());
    BigDecimal[] y = zeros(branch.value.length);
    for (int j = 0; j < y.length; j++) {
      y[j] = round(skip.value[j].add(s.multiply(branch.value[j])));
    }
    return new Node(
        y,
        (dy, gradient) -> {
          BigDecimal[] scaled = zeros(dy.length);
          for (int j = 0; j < dy.length; j++) {
            scaled[j] = s.multiply(dy[j]);
          }
          BigDecimal[] a = branch.back.apply(scaled, gradient);
          BigDecimal[] b = skip.back.apply(dy, gradient);
          BigDecimal[] dx = zeros(a.length);
          for (int j = 0; j < dx.length; j++) {
            dx[j] = round(a[j].add(b[j]));
          }
          return dx;
        });
  }

  /** Gates by the signs of the frozen layers. */
  private Node surrogate(SurrogateRelu surrogate, int at, BigDecimal[] x) {
    // Like fixed matrices, frozen parameters are rounded to the type of the inputs.
    BigDecimal[] psi = decimals(Tensors.toDoubles(surrogate.gates().castTo(type)));
    List<Node> nodes = new ArrayList<>();
    List<boolean[]> open = new ArrayList<>();
    BigDecimal[] a = x;
    BigDecimal[] h = x;
    int offset = 0;
    for (Dense dense : surrogate.layers()) {
      BigDecimal[] t = dense(dense, psi, offset, a).value;
      Node node = dense(dense, theta, at + offset, h);
      boolean[] gates = new boolean[t.length];
      a = new BigDecimal[t.length];
      h = new BigDecimal[t.length];
      for (int j = 0; j < t.length; j++) {
        gates[j] = t[j].signum() > 0;
        a[j] = gates[j] ? t[j] : BigDecimal.ZERO;
        h[j] = gates[j] ? node.value[j] : BigDecimal.ZERO;
      }
      nodes.add(node);
      open.add(gates);
      offset += (int) dense.parameterCount();
    }
    return new Node(
        h,
        (dy, gradient) -> {
          BigDecimal[] g = dy;
          for (int l = nodes.size() - 1; l >= 0; l--) {
            BigDecimal[] kept = zeros(g.length);
            for (int j = 0; j < g.length; j++) {
              kept[j] = open.get(l)[j] ? g[j] : BigDecimal.ZERO;
            }
            g = nodes.get(l).back.apply(kept, gradient);
          }
          return g;
        });
  }

  private Node dense(Dense dense, BigDecimal[] theta, int at, BigDecimal[] x) {
    int in = (int) dense.in();
    int out = (int) dense.out();
    boolean inOut = dense.layout() == Layout.IN_OUT;
    BigDecimal sw = new BigDecimal(dense.weightScale());
    BigDecimal sb = new BigDecimal(dense.biasScale());
    BigDecimal[] y = zeros(out);
    for (int q = 0; q < out; q++) {
      for (int p = 0; p < in; p++) {
        y[q] = round(y[q].add(x[p].multiply(theta[at + (inOut ? p * out + q : q * in + p)])));
      }
      y[q] = sw.multiply(y[q]);
      if (dense.hasBias()) {
        y[q] = y[q].add(sb.multiply(theta[at + in * out + q]));
      }
      y[q] = round(y[q]);
    }
    return new Node(
        y,
        (dy, gradient) -> {
          BigDecimal[] dx = zeros(in);
          for (int q = 0; q < out; q++) {
            for (int p = 0; p < in; p++) {
              int w = at + (inOut ? p * out + q : q * in + p);
              dx[p] = round(dx[p].add(dy[q].multiply(theta[w])));
              gradient[w] = round(sw.multiply(x[p]).multiply(dy[q]));
            }
            if (dense.hasBias()) {
              gradient[at + in * out + q] = sb.multiply(dy[q]);
            }
          }
          for (int p = 0; p < in; p++) {
            dx[p] = round(sw.multiply(dx[p]));
          }
          return dx;
        });
  }

  private Node fixed(double[][] m, BigDecimal[] x) {
    BigDecimal[] y = zeros(m.length);
    for (int q = 0; q < m.length; q++) {
      for (int p = 0; p < x.length; p++) {
        y[q] = round(y[q].add(x[p].multiply(new BigDecimal(m[q][p]))));
      }
      y[q] = round(y[q]);
    }
    return new Node(
        y,
        (dy, gradient) -> {
          BigDecimal[] dx = zeros(x.length);
          for (int q = 0; q < m.length; q++) {
            for (int p = 0; p < dx.length; p++) {
              dx[p] = round(dx[p].add(dy[q].multiply(new BigDecimal(m[q][p]))));
            }
          }
          return dx;
        });
  }

  /** The outputs {@code [n][k]}; not to be written. */
  public BigDecimal[][] outputs() {
    return values.get(values.size() - 1);
  }

  /** The derivatives of output c of sample i in row {@code i k + c}; not to be written. */
  public BigDecimal[][] jacobian() {
    return jacobian;
  }

  /** {@code J J^T}. */
  BigDecimal[][] gram() {
    int rows = jacobian.length;
    BigDecimal[][] k = new BigDecimal[rows][rows];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j <= i; j++) {
        BigDecimal sum = BigDecimal.ZERO;
        for (int q = 0; q < theta.length; q++) {
          sum = round(sum.add(jacobian[i][q].multiply(jacobian[j][q])));
        }
        k[i][j] = round(sum);
        k[j][i] = k[i][j];
      }
    }
    return k;
  }

  /** Whether {@code K - s I} is positive definite, by the signs of its pivots. */
  static boolean lambdaMinAbove(BigDecimal[][] k, double s) {
    int n = k.length;
    BigDecimal[][] a = new BigDecimal[n][];
    for (int i = 0; i < n; i++) {
      a[i] = k[i].clone();
      a[i][i] = a[i][i].subtract(new BigDecimal(s));
    }
    for (int p = 0; p < n; p++) {
      if (a[p][p].signum() <= 0) {
        return false;
      }
      for (int i = p + 1; i < n; i++) {
        BigDecimal f = a[i][p].divide(a[p][p], DecimalFunctions.DIGITS);
        for (int j = p + 1; j < n; j++) {
          a[i][j] = a[i][j].subtract(f.multiply(a[p][j])).round(DecimalFunctions.DIGITS);
        }
      }
    }
    return true;
  }

  private BigDecimal round(BigDecimal x) {
    return DecimalFunctions.round(x, digits);
  }

  private static BigDecimal[] zeros(int n) {
    BigDecimal[] z = new BigDecimal[n];
    Arrays.fill(z, BigDecimal.ZERO);
    return z;
  }

  private static BigDecimal[] decimals(double[] x) {
    return Arrays.stream(x).mapToObj(BigDecimal::new).toArray(BigDecimal[]::new);
  }
}
