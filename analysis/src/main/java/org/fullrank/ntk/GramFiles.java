package org.fullrank.ntk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import org.fullrank.cancel.CancelledException;
import org.fullrank.io.SymmetricNpyFile;
import org.fullrank.linalg.Backend;
import org.fullrank.linalg.Chunks;
import org.fullrank.linalg.MatrixSink;
import org.fullrank.linalg.TensorViews;
import org.fullrank.linalg.Tensors;
import org.fullrank.linalg.TileSink;
import org.fullrank.nn.Network;
import org.fullrank.ntk.layerwise.LayerwiseGram;
import org.fullrank.ntk.layerwise.SampleGrid;
import org.fullrank.rigor.ProgressListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A Gram that goes into a file. */
final class GramFiles {
  private static final int PROBED_SAMPLES = 48;
  private static final int PROBED_ROWS = 1024;

  /** Tiles of a tile of a file, for one output 2000 rows, unless it would be too many rows. */
  private static final int FILE_TILES = 8;

  private static final int FILE_ROWS = 4096;

  /** Changes whenever the bits of a Gram do. */
  private static final int ALGORITHM = 2;

  private GramFiles() {}

  static void write(
      LayerwiseGram gram,
      Network network,
      INDArray theta,
      INDArray x,
      Path file,
      ProgressListener listener)
      throws IOException {
    GramDisk.folder(file);
    SampleGrid grid = LayerwiseGram.grid(network, x, false);
    long k = network.outputs();
    long order = grid.samples() * k;
    if (order > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "Gram in a file expects fewer than 2^31 rows but got " + order);
    }
    int tile = Math.toIntExact(k * fileTiles(grid, k) * grid.largest());
    try (SymmetricNpyFile out =
        SymmetricNpyFile.open(
            file,
            x.dataType(),
            (int) order,
            (int) Math.min(order, tile),
            identity(network, theta, x),
            (done, total) -> listener.show("checking finished tiles", done, total))) {
      gram.pieces(x, fileTiles(grid, k), new Pieces(out));
    } catch (CancelledException e) {
      throw stopped(file, e);
    } catch (IOException e) {
      throw ended(file, e);
    } catch (UncheckedIOException e) {
      throw ended(file, Objects.requireNonNull(e.getCause()));
    }
  }

  /** An interrupt closes the file; the first to notice may be a thread that writes beside. */
  private static IOException ended(Path file, IOException e) {
    if (e instanceof ClosedChannelException && Thread.currentThread().isInterrupted()) {
      throw stopped(file, e);
    }
    return e;
  }

  private static CancelledException stopped(Path file, Exception e) {
    return new CancelledException(
        "The Gram matrix in "
            + file
            + " was cancelled, since the calling thread is interrupted. Finished tiles stay in it:"
            + " Thread.interrupted() clears the flag, then the same call goes on from there.",
        e);
  }

  /** A power of two, so that neither passes nor strips are cut. */
  static int fileTiles(SampleGrid grid, long outputs) {
    long fitting = Math.max(1, FILE_ROWS / (grid.largest() * outputs));
    int tiles = Integer.highestOneBit((int) Math.min(FILE_TILES, fitting));
    return Math.max(tiles, grid.tilesPerUnit());
  }

  /** What the file is of: the inputs of the computation and the native code that does it. */
  private static String identity(Network network, INDArray theta, INDArray x) {
    Backend backend = Backend.describe();
    return "NTK "
        + ALGORITHM
        + " of "
        + digest(network.toString().getBytes(StandardCharsets.UTF_8))
        + " probed "
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

  /**
   * The digest of the Gram of some samples, spread over all: it tells networks apart that differ in
   * scales, fixed matrices or gates, which their text does not show. Of the same bits in every run.
   */
  private static String digest(Network network, INDArray theta, INDArray x) {
    long n = x.size(0);
    int some =
        (int) Math.min(PROBED_SAMPLES, Math.max(1, Math.min(n, PROBED_ROWS / network.outputs())));
    long[] shape = x.shape().clone();
    shape[0] = some;
    try (INDArray probe = Tensors.zeros(x.dataType(), shape)) {
      for (int i = 0; i < some; i++) {
        double[] sample = Tensors.toDoubles(TensorViews.leading(x, i * n / some, i * n / some + 1));
        Tensors.write(sample, TensorViews.leading(probe, i, i + 1));
      }
      long rows = some * network.outputs();
      MatrixSink sink = MatrixSink.create(x.dataType(), rows, rows);
      try (INDArray gram = sink.matrix()) {
        new LayerwiseGram(network, theta).gram(probe, () -> sink);
        return digest(gram);
      }
    }
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
