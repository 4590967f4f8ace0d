package org.fullrank.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.fullrank.io.NetworkFile;
import org.fullrank.io.Npy;
import org.fullrank.linalg.Backend;
import org.fullrank.ntk.EmpiricalNtk;
import org.fullrank.ntk.GramMatrix;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Our side of {@code benchmarks/peers/gram.py}: writes the network and its inputs {@code x.npy}
 * into a folder, then obeys one line of standard input after the other. {@code gram 3} computes the
 * Gram 3 times and answers with milliseconds per run, {@code trace 3} likewise the trace kernel;
 * {@code save gram} writes {@code gram.npy} into the folder and answers with its name.
 */
public final class GramPeer {
  private static final Map<String, DataType> TYPES =
      Map.of("f64", DataType.DOUBLE, "f32", DataType.FLOAT);

  private GramPeer() {}

  /**
   * Answers one line for each line of standard input, until it ends.
   *
   * @param args folder, {@code plain} or {@code residual}, width, samples, outputs, {@code f64} or
   *     {@code f32}
   * @throws IOException if a file cannot be written
   */
  public static void main(String[] args) throws IOException {
    DataType type = TYPES.get(args[5]);
    if (type == null) {
      throw new IllegalArgumentException("expected f64 or f32 but got '" + args[5] + "'");
    }
    Path folder = Path.of(args[0]);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (GramProblem problem =
        GramProblem.of(
            args[1],
            Integer.parseInt(args[2]),
            Integer.parseInt(args[3]),
            Integer.parseInt(args[4]),
            type)) {
      NetworkFile.of(problem.network(), problem.theta()).write(folder);
      Npy.write(folder.resolve("x.npy"), problem.x());
      System.out.println("JDK " + Runtime.version() + ", " + Backend.describe().summary());
      EmpiricalNtk ntk = EmpiricalNtk.of(problem.network(), problem.theta());
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.strip().split(" ", 2);
        if (words[0].equals("save")) {
          Path file = folder.resolve(words[1] + ".npy");
          try (GramMatrix kernel = compute(ntk, words[1], problem)) {
            Npy.write(file, kernel.matrix());
          }
          System.out.println(file.getFileName());
        } else {
          System.out.println(milliseconds(ntk, words[0], problem, Integer.parseInt(words[1])));
        }
      }
    }
  }

  private static double milliseconds(
      EmpiricalNtk ntk, String work, GramProblem problem, int repeats) {
    long start = System.nanoTime();
    for (int r = 0; r < repeats; r++) {
      compute(ntk, work, problem).close();
    }
    return (System.nanoTime() - start) * 1e-6 / repeats;
  }

  private static GramMatrix compute(EmpiricalNtk ntk, String work, GramProblem problem) {
    return switch (work) {
      case "gram" -> ntk.gram(problem.x());
      case "trace" -> ntk.traceKernel(problem.x());
      default ->
          throw new IllegalArgumentException("expected gram or trace but got '" + work + "'");
    };
  }
}
