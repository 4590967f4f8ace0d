package org.fullrank.ntk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.fullrank.io.SymmetricNpyFile;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.Chunks;
import org.fullrank.linalg.Parallel;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.TileSink;
import org.fullrank.nn.Network;
import org.fullrank.rigor.ProgressListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A Gram that goes into a file. */
final class GramFiles {
  private static final int PROBE = 32 << 20;
  private static final int PROBED_SAMPLES = 64;

  private GramFiles() {}

  /** The time to write a byte into the folder of a file and to read it back. */
  static double secondsPerByte(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Path probe = Files.createTempFile(folder, "fullrank", ".probe");
    try (FileChannel channel =
        FileChannel.open(probe, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
      long start = System.nanoTime();
      for (int at = 0; at < PROBE; at += buffer.capacity()) {
        buffer.clear();
        channel.write(buffer, at);
      }
      for (int at = 0; at < PROBE; at += buffer.capacity()) {
        buffer.clear();
        channel.read(buffer, at);
      }
      return (System.nanoTime() - start) * 1e-9 / PROBE;
    } finally {
      Files.delete(probe);
    }
  }

  static void write(
      LayerwiseGram gram,
      Network network,
      INDArray theta,
      INDArray x,
      Path file,
      ProgressListener listener)
      throws IOException {
    SampleGrid grid = LayerwiseGram.grid(network, x, false);
    long k = network.outputs();
    long order = grid.samples() * k;
    if (order > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "Gram in a file expects fewer than 2^31 rows but got " + order);
    }
    int tile = Math.toIntExact(k * fileTiles(grid) * grid.largest());
    try (SymmetricNpyFile out =
        SymmetricNpyFile.open(
            file,
            x.dataType(),
            (int) order,
            (int) Math.min(order, tile),
            identity(network, theta, x),
            (done, total) -> listener.show("checking finished tiles", done, total))) {
      gram.pieces(x, fileTiles(grid), new Pieces(out));
    } catch (UncheckedIOException e) {
      throw new IOException(e.getMessage(), e.getCause());
    }
  }

  static int fileTiles(SampleGrid grid) {
    return Math.max(GramPlanner.FILE_TILES, grid.tilesPerUnit());
  }

  /** What the file is of: the inputs of the computation and the native code that does it. */
  private static String identity(Network network, INDArray theta, INDArray x) {
    Backend backend = Backend.describe();
    return "NTK of "
        + digest(network.toString().getBytes(StandardCharsets.UTF_8))
        + " outputs "
        + digest(network, theta, x)
        + " theta "
        + digest(theta)
        + " x "
        + digest(x)
        + " k "
        + network.outputs()
        + " by "
        + backend.vendor()
        + " "
        + backend.blasVersion()
        + " "
        + backend.core();
  }

  /** Tells networks apart that differ in fixed matrices only. One task: a BLAS of one thread. */
  private static String digest(Network network, INDArray theta, INDArray x) {
    StringBuilder out = new StringBuilder();
    Parallel.forEach(
        1,
        task -> {
          INDArray some = TensorViews.leading(x, 0, Math.min(PROBED_SAMPLES, x.size(0)));
          try (INDArray y = network.forward(theta, some)) {
            out.append(digest(y));
          }
        });
    return out.toString();
  }

  private static String digest(byte[] bytes) {
    return HexFormat.of().formatHex(sha256().digest(bytes));
  }

  private static String digest(INDArray a) {
    MessageDigest digest = sha256();
    Chunks.forEach(
        a,
        (chunk, length) -> {
          ByteBuffer bytes = ByteBuffer.allocate(length * Double.BYTES);
          bytes.asDoubleBuffer().put(chunk, 0, length);
          digest.update(bytes);
        });
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Writes blocks; the file makes their mirror images itself. */
  private record Pieces(SymmetricNpyFile out) implements LayerwiseGram.Pieces, TileSink {
    @Override
    public TileSink sink() {
      return this;
    }

    @Override
    public boolean isDone(int row, int column) {
      return out.isDone(row, column);
    }

    @Override
    public void finish(int row, int column) {
      try {
        out.finish(row, column);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void put(long row, long column, int height, int width, double[] values) {
      try {
        out.writeBlock((int) row, (int) column, height, width, values, 0, width);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void put(long row, long column, int height, int width, float[] values) {
      try {
        out.writeBlock((int) row, (int) column, height, width, values, 0, width);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
