package org.fullrank.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.fullrank.enclosure.EnclosedNetwork;
import org.fullrank.enclosure.NetworkEnclosure;
import org.fullrank.io.Dataset;
import org.fullrank.nn.Activations;
import org.fullrank.nn.Network;
import org.fullrank.nn.Seed;
import org.fullrank.nn.Shape;
import org.fullrank.nn.layer.Dense;
import org.fullrank.nn.layer.Elementwise;
import org.fullrank.rigor.DecimalInterval;
import org.fullrank.rigor.Interval;
import org.fullrank.rigor.eigen.EigenvalueEnclosure;
import org.fullrank.rigor.eigen.Hint;
import org.fullrank.rigor.eigen.ShiftedCholeskyBound;
import org.fullrank.rigor.eigen.SymmetricMatrix;
import org.fullrank.rigor.matrix.EnclosedGram;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The smallest and the largest eigenvalue of the NTK Gram matrix of all 1797 digits, proved at all
 * three levels: for the stored doubles, for the exact product of the stored Jacobian, and for the
 * network in exact arithmetic.
 *
 * <p>A tanh network 64-256-256-1 in NTK parametrisation. Everything after reading the data is plain
 * Java. Writes {@code digits-spectrum.md} and {@code digits-spectrum.csv} into the folder given as
 * first argument, by default the current one; the second argument is the number of samples, by
 * default all.
 */
public final class DigitsSpectrum {
  private static final Seed SEED = Seed.of(2026);
  private static final int WIDTH = 256;

  private DigitsSpectrum() {}

  /** One enclosure of one eigenvalue. */
  private record Row(
      String eigenvalue, SymmetricMatrix matrix, EigenvalueEnclosure found, double seconds) {}

  /**
   * Runs the study.
   *
   * @param args the output folder and the number of samples, both optional
   * @throws IOException if a file cannot be read or written
   */
  public static void main(String[] args) throws IOException {
    Path out = Path.of(args.length > 0 ? args[0] : ".");
    Files.createDirectories(out);
    Dataset digits = Data.digits();
    int n = args.length > 1 ? Integer.parseInt(args[1]) : (int) digits.x().size(0);
    int threads = Runtime.getRuntime().availableProcessors();
    Network network =
        Network.of(
            Shape.of(64),
            Dense.of("in", 64, WIDTH).withSigmaW(1.5).withBias(0.1),
            Elementwise.of(Activations.TANH),
            Dense.of("hidden", WIDTH, WIDTH).withSigmaW(1.5).withBias(0.1),
            Elementwise.of(Activations.TANH),
            Dense.of("out", WIDTH, 1).withBias(0.1));
    INDArray theta = network.initialize(SEED);
    INDArray x = digits.take(n).standardized().x();

    long start = System.nanoTime();
    EnclosedNetwork values = NetworkEnclosure.of(network, theta).withThreads(threads).at(x);
    double forward = since(start);
    start = System.nanoTime();
    EnclosedGram gram = values.jacobian().gram();
    double backward = since(start);

    ShiftedCholeskyBound bound = ShiftedCholeskyBound.withDefaults().withThreads(threads);
    List<Row> rows = new ArrayList<>();
    Hint smallest = Hint.none();
    Hint largest = Hint.none();
    for (SymmetricMatrix level : List.of(gram.stored(), gram.exactProduct(), gram.exactNetwork())) {
      start = System.nanoTime();
      EigenvalueEnclosure min = bound.encloseLambdaMin(level, smallest);
      rows.add(new Row("lambda_min", level, min, since(start)));
      start = System.nanoTime();
      EigenvalueEnclosure max = bound.encloseLambdaMax(level, largest);
      rows.add(new Row("lambda_max", level, max, since(start)));
      // What one level has found is a good first guess for the next.
      smallest = Hint.ofValue(min.interval().mid());
      largest = Hint.ofValue(max.interval().mid());
    }

    String setting =
        String.format(
            Locale.ROOT,
            "NTK Gram matrix of %d digits, tanh network 64-%d-%d-1, p = %d, seed %d, %d threads.%n"
                + "Forward pass with error bounds %.2f s, backward pass and Gram %.2f s.",
            n,
            WIDTH,
            WIDTH,
            network.parameterCount(),
            SEED.value(),
            threads,
            forward,
            backward);
    String table = markdown(rows, gram);
    Files.writeString(
        out.resolve("digits-spectrum.md"), "# Digits, three levels\n\n" + setting + "\n\n" + table);
    Files.writeString(out.resolve("digits-spectrum.csv"), csv(rows));
    System.out.println(setting);
    System.out.println();
    System.out.println(table);
    System.out.println(
        "wrote digits-spectrum.md and digits-spectrum.csv to " + out.toAbsolutePath().normalize());
  }

  private static double since(long start) {
    return (System.nanoTime() - start) * 1e-9;
  }

  private static String markdown(List<Row> rows, EnclosedGram gram) {
    StringBuilder text = new StringBuilder();
    text.append("| eigenvalue | about | proved enclosure | relative width | radius | time |\n");
    text.append("|---|---|---|---|---|---|\n");
    for (Row row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | %.1e | %.1e | %.2f s |%n",
              row.eigenvalue,
              row.matrix.subject().text(),
              row.found.interval(),
              row.found.interval().relativeWidth(),
              row.matrix.radius(),
              row.seconds));
    }
    double trace = 0;
    for (int i = 0; i < gram.order(); i++) {
      trace += gram.stored().get(i, i);
    }
    text.append(
        String.format(
            Locale.ROOT,
            "%nTrace %.6e. Radius over trace: exact product %.1e, exact network %.1e.%n",
            trace,
            gram.exactProduct().radius() / trace,
            gram.exactNetwork().radius() / trace));
    return text.toString();
  }

  private static String csv(List<Row> rows) {
    StringBuilder text =
        new StringBuilder("eigenvalue,subject,lo,hi,relative_width,radius,seconds\n");
    for (Row row : rows) {
      Interval found = row.found.interval();
      text.append(
          String.format(
              Locale.ROOT,
              "%s,%s,%s,%s,%.3e,%.3e,%.3f%n",
              row.eigenvalue,
              row.matrix.subject(),
              DecimalInterval.lower(found.lo()),
              DecimalInterval.upper(found.hi()),
              found.relativeWidth(),
              row.matrix.radius(),
              row.seconds));
    }
    return text.toString();
  }
}
