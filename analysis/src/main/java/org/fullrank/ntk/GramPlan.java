package org.fullrank.ntk;

import java.util.Locale;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * What computing a kernel layer by layer will take, before it is computed.
 *
 * <p>Memory is what the computation allocates at its peak: tensors off the heap, and buffers that
 * are alive on the heap at once. What the JVM needs by itself, parameters and inputs, and garbage
 * that it has not collected yet, come on top. Seconds come from a calibration with this network on
 * some of the samples, all threads busy; expect them within a factor of two on a machine that is
 * otherwise idle.
 *
 * @param kernel which kernel, and where it goes
 * @param samples n
 * @param outputs k
 * @param type of the numbers
 * @param tileSamples samples of a tile
 * @param panelSamples samples whose factors are kept at once; {@code samples} if all of them are,
 *     otherwise those of the columns are computed again for each panel of rows; 0 if nothing fits
 * @param offHeapBytes peak of tensors, the result included
 * @param heapBytes peak of buffers on the heap
 * @param fileBytes size of the file with its header, 0 if there is none
 * @param flops counted operations: products with trained tensors in both passes, each as often as
 *     it is computed, and one half of the kernel's products
 * @param seconds predicted time
 * @param budgetBytes limit of {@code offHeapBytes + heapBytes}: the budget, or what JavaCPP still
 *     lets the process take if that is less
 * @param advice why this cannot be computed and what could, if so; otherwise empty
 */
public record GramPlan(
    Kernel kernel,
    long samples,
    long outputs,
    DataType type,
    int tileSamples,
    long panelSamples,
    long offHeapBytes,
    long heapBytes,
    long fileBytes,
    double flops,
    double seconds,
    long budgetBytes,
    String advice) {

  /** A kernel and where it goes. */
  public enum Kernel {
    /** The Gram {@code [n k, n k]} in memory. */
    GRAM,
    /** The trace kernel {@code [n, n]} in memory. */
    TRACE,
    /** The Gram in a file. */
    FILE
  }

  /**
   * The predicted peak.
   *
   * @return bytes off and on the heap together
   */
  public long peakBytes() {
    return offHeapBytes + heapBytes;
  }

  /**
   * Whether it can be computed: the peak is within the budget, an array can have as many entries,
   * and the disk has room for the file.
   *
   * @return false if computing it would be refused
   */
  public boolean fits() {
    return panelSamples > 0 && peakBytes() <= budgetBytes;
  }

  /**
   * One paragraph.
   *
   * @return the plan in words
   */
  public String summary() {
    String where =
        switch (kernel) {
          case GRAM -> "Gram in memory";
          case TRACE -> "trace kernel in memory";
          case FILE -> "Gram in a file of " + mebibytes(fileBytes);
        };
    String what =
        String.format(
            Locale.ROOT,
            "%s of %d samples, %d outputs, %s: %s off the heap, %s on it, budget %s",
            where,
            samples,
            outputs,
            type,
            mebibytes(offHeapBytes),
            mebibytes(heapBytes),
            budgetBytes == Long.MAX_VALUE ? "unlimited" : mebibytes(budgetBytes));
    if (!fits()) {
      return what + ". It does not fit. " + advice;
    }
    String how =
        panelSamples >= samples
            ? "factors of all samples kept"
            : "factors kept for panels of " + panelSamples + " samples";
    return String.format(
        Locale.ROOT,
        "%s; %s, tiles of %d; %.3g operations, about %.2g s",
        what,
        how,
        tileSamples,
        flops,
        seconds);
  }

  static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%,d MiB", (bytes + (1L << 20) - 1) >> 20);
  }
}
