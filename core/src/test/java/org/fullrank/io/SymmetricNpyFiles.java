package org.fullrank.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fullrank.linalg.Tensors;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A file of a symmetric matrix in a folder of its own, and how to fill it. */
abstract class SymmetricNpyFiles {
  static final String IDENTITY = "network 1a2b, data 3c4d";

  @TempDir Path folder;

  Path file() {
    return folder.resolve("gram.npy");
  }

  Path list() {
    return folder.resolve("gram.npy.tiles");
  }

  SymmetricNpyFile open(DataType type, int order, int tile) throws IOException {
    return SymmetricNpyFile.open(file(), type, order, tile, IDENTITY, (done, total) -> {});
  }

  /** Entries that both types hold, different in all places but mirror images. */
  static double entry(int i, int j) {
    return 0.25 * (Math.min(i, j) + 1000.0 * Math.max(i, j)) - 7;
  }

  static INDArray matrix(DataType type, int n) {
    double[] v = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        v[i * n + j] = entry(i, j);
      }
    }
    return Tensors.of(type, v, n, n);
  }

  /** The bytes of one write of the whole matrix. */
  byte[] atOnce(DataType type, int n) throws IOException {
    Path other = folder.resolve("at-once.npy");
    try (INDArray a = matrix(type, n)) {
      Npy.write(other, a);
    }
    return Files.readAllBytes(other);
  }

  /** A tile with rubbish below the diagonal, around it and between its rows. */
  static void write(SymmetricNpyFile f, DataType type, int n, int tile, int r, int c)
      throws IOException {
    int rows = Math.min(n, (r + 1) * tile) - r * tile;
    int columns = Math.min(n, (c + 1) * tile) - c * tile;
    int stride = columns + 3;
    double[] v = new double[2 + rows * stride];
    Arrays.fill(v, Double.NaN);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        if (r * tile + i <= c * tile + j) {
          v[2 + i * stride + j] = entry(r * tile + i, c * tile + j);
        }
      }
    }
    if (type == DataType.DOUBLE) {
      f.writeBlock(r * tile, c * tile, rows, columns, v, 2, stride);
    } else {
      float[] single = new float[v.length];
      for (int k = 0; k < v.length; k++) {
        single[k] = (float) v[k];
      }
      f.writeBlock(r * tile, c * tile, rows, columns, single, 2, stride);
    }
  }

  static List<int[]> missing(SymmetricNpyFile f) {
    List<int[]> tiles = new ArrayList<>();
    for (int r = 0; r < f.tiles(); r++) {
      for (int c = r; c < f.tiles(); c++) {
        if (!f.isDone(r, c)) {
          tiles.add(new int[] {r, c});
        }
      }
    }
    return tiles;
  }

  static void fill(SymmetricNpyFile f, DataType type, int n, int tile) throws IOException {
    for (int[] t : missing(f)) {
      write(f, type, n, tile, t[0], t[1]);
      f.finish(t[0], t[1]);
    }
  }
}
