package org.fullrank.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.fullrank.diff.Jacobian;
import org.fullrank.diff.Linearization;
import org.fullrank.io.Json;
import org.fullrank.io.NetworkFile;
import org.fullrank.io.Npy;
import org.fullrank.io.UnsupportedLayerException;
import org.fullrank.linalg.Lapack;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.nn.Network;
import org.fullrank.ntk.EmpiricalNtk;
import org.fullrank.ntk.GramMatrix;
import org.fullrank.rigor.Interval;
import org.fullrank.spectrum.CholeskyBound;
import org.fullrank.spectrum.Extremes;
import org.fullrank.spectrum.solver.DenseEigenSolver;
import org.fullrank.spectrum.solver.Wanted;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Recomputes what reference cases store and prints one line per quantity: name, largest error
 * relative to the largest stored value, and PASS, FAIL or UNSUPPORTED. Exit status 1 if anything
 * fails.
 *
 * <p>Arguments: folders of cases in the network format of {@code docs/network-format.md}, or
 * folders that hold such folders.
 */
public final class CheckFixtures {
  /** Float64 results of two sound implementations differ by far less. */
  private static final double TOLERANCE = 1e-11;

  private final PrintStream out;
  private int passed;
  private int failed;
  private int unsupported;

  private CheckFixtures(PrintStream out) {
    this.out = out;
  }

  /**
   * Runs the check.
   *
   * @param args folders
   * @throws IOException if a folder cannot be read
   */
  public static void main(String[] args) throws IOException {
    if (args.length == 0) {
      System.err.println("usage: CheckFixtures DIR...");
      System.exit(2);
    }
    CheckFixtures check = new CheckFixtures(System.out);
    List<Path> cases = new ArrayList<>();
    for (String arg : args) {
      cases.addAll(casesIn(Path.of(arg)));
    }
    for (Path folder : cases) {
      check.run(folder);
    }
    System.out.printf(
        "%d cases: %d PASS, %d FAIL, %d UNSUPPORTED%n",
        cases.size(), check.passed, check.failed, check.unsupported);
    System.exit(check.failed > 0 || cases.isEmpty() ? 1 : 0);
  }

  private static List<Path> casesIn(Path folder) throws IOException {
    if (Files.exists(folder.resolve("manifest.json"))) {
      return List.of(folder);
    }
    try (Stream<Path> children = Files.list(folder)) {
      return children.filter(p -> Files.exists(p.resolve("manifest.json"))).sorted().toList();
    }
  }

  private void run(Path folder) throws IOException {
    out.println(folder.getFileName());
    NetworkFile file;
    try {
      file = NetworkFile.read(folder);
    } catch (UnsupportedLayerException e) {
      report("network", "UNSUPPORTED", e.op() + " at " + e.where());
      enclosures(folder);
      return;
    }
    Map<String, INDArray> got = recompute(folder, file);
    for (String name : storedQuantities(folder)) {
      INDArray value = got.get(name);
      if (value == null) {
        report(name, "UNSUPPORTED", "");
      } else {
        compare(name, value, Npy.read(folder.resolve(name + ".npy")));
      }
    }
    enclosures(folder);
  }

  /** Names of the stored arrays that are results, not inputs. */
  private static List<String> storedQuantities(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(p -> p.getFileName().toString())
          .filter(n -> n.endsWith(".npy"))
          .map(n -> n.substring(0, n.length() - ".npy".length()))
          .filter(n -> !n.startsWith("param.") && !n.startsWith("const."))
          .filter(n -> !List.of("X", "X2", "Y", "linear_times", "linear_steps").contains(n))
          .sorted()
          .toList();
    }
  }

  private static Map<String, INDArray> recompute(Path folder, NetworkFile file) throws IOException {
    Network network = file.network();
    INDArray theta = file.theta();
    INDArray x = Npy.read(folder.resolve("X.npy"));
    INDArray x2 = Npy.read(folder.resolve("X2.npy"));
    Map<String, INDArray> got = new LinkedHashMap<>();
    got.put("forward", network.forward(theta, x));
    got.put("forward2", network.forward(theta, x2));
    try (Jacobian jacobian = network.jacobian(theta, x)) {
      got.put("jacobian", jacobian.toMatrix());
    }
    EmpiricalNtk ntk = EmpiricalNtk.of(network, theta);
    GramMatrix gram = ntk.gram(x);
    got.put("gram", gram.matrix());
    got.put("gram_cross", ntk.cross(x2, x));
    got.put("ntk_per_param", stack(ntk.perSlot(x)));
    got.put(
        "eigenvalues", vector(DenseEigenSolver.withDefaults().solve(gram, Wanted.all()).values()));
    INDArray features = file.features(x);
    got.put("features", features);
    got.put("features_singular_values", vector(Lapack.svd(features).singularValues()));
    got.put(
        "features_ones_singular_values", vector(Lapack.svd(withOnes(features)).singularValues()));
    try (Linearization l = network.linearize(theta, x)) {
      l.forEachPreActivation((name, z) -> got.put("preact." + name, z.dup('c')));
    }
    return got;
  }

  private static INDArray vector(double[] values) {
    return Tensors.of(values, values.length);
  }

  private static INDArray stack(Map<String, GramMatrix> parts) {
    GramMatrix first = parts.values().iterator().next();
    long size = first.size();
    INDArray all = Tensors.zeros(first.dataType(), parts.size(), size, size);
    int t = 0;
    for (GramMatrix part : parts.values()) {
      Tensors.write(Tensors.toDoubles(part.matrix()), TensorViews.leading(all, t, t + 1));
      t++;
    }
    return all;
  }

  private static INDArray withOnes(INDArray features) {
    double[][] rows = Tensors.toRows(features);
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOf(rows[i], rows[i].length + 1);
      rows[i][rows[i].length - 1] = 1;
    }
    return Tensors.ofRows(rows);
  }

  private void compare(String name, INDArray got, INDArray stored) {
    if (!Arrays.equals(got.shape(), stored.shape())) {
      report(
          name,
          "FAIL",
          "shape "
              + Arrays.toString(got.shape())
              + " but stored "
              + Arrays.toString(stored.shape()));
      return;
    }
    double[] a = Tensors.toDoubles(got);
    double[] b = Tensors.toDoubles(stored);
    double error = 0;
    double scale = 0;
    for (int i = 0; i < a.length; i++) {
      // Written so that NaN counts as an infinite error.
      double d = Math.abs(a[i] - b[i]);
      error = d <= error ? error : Double.isNaN(d) ? Double.POSITIVE_INFINITY : d;
      scale = Math.max(scale, Math.abs(b[i]));
    }
    double relative = scale > 0 ? error / scale : error;
    report(
        name,
        relative <= TOLERANCE ? "PASS" : "FAIL",
        String.format(Locale.ROOT, "%.1e", relative));
  }

  /** The verified enclosures of the stored Gram against its eigenvalues in 34-digit arithmetic. */
  private void enclosures(Path folder) throws IOException {
    if (!(Json.read(folder.resolve("manifest.json")) instanceof Json.Obj manifest)
        || !(manifest.get("eigenvalues_multiprecision") instanceof Json.Obj exact)) {
      return;
    }
    INDArray stored = Npy.read(folder.resolve("gram.npy"));
    try (GramMatrix gram = GramMatrix.of(stored, stored.size(0), 1)) {
      Extremes extremes = CholeskyBound.withDefaults().enclose(gram);
      contains("enclosure of lambda_min", extremes.lambdaMin().interval(), exact.get("lambda_min"));
      contains("enclosure of lambda_max", extremes.lambdaMax().interval(), exact.get("lambda_max"));
    }
  }

  private void contains(String name, Interval enclosure, @Nullable Json truth) {
    if (truth instanceof Json.Text text) {
      boolean inside = enclosure.contains(new BigDecimal(text.value()));
      report(name, inside ? "PASS" : "FAIL", enclosure + " and " + text.value());
    }
  }

  private void report(String name, String outcome, String detail) {
    switch (outcome) {
      case "PASS" -> passed++;
      case "FAIL" -> failed++;
      default -> unsupported++;
    }
    out.printf(Locale.ROOT, "  %-34s %-12s %s%n", name, outcome, detail);
  }
}
