package org.fullrank.report.plot;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** Encodes pixels as PNG (ISO/IEC 15948), 8-bit RGB, without AWT. */
final class Png {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final int RGB = 2;
  private static final byte UP_FILTER = 2;

  private Png() {}

  /**
   * Encodes {@code pixels}, which are {@code 0xRRGGBB} row by row from the top.
   *
   * @return the bytes of the file; equal pixels give equal bytes on one JDK
   */
  static byte[] encode(int width, int height, int[] pixels) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.write(SIGNATURE);
      ByteArrayOutputStream header = new ByteArrayOutputStream();
      DataOutputStream fields = new DataOutputStream(header);
      fields.writeInt(width);
      fields.writeInt(height);
      fields.write(new byte[] {8, RGB, 0, 0, 0}); // depth, colour, deflate, filters, no interlace
      chunk(out, "IHDR", header.toByteArray());
      chunk(out, "IDAT", compress(width, height, pixels));
      chunk(out, "IEND", new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  private static byte[] compress(int width, int height, int[] pixels) throws IOException {
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(bytes, deflater)) {
      byte[] above = new byte[3 * width];
      byte[] line = new byte[3 * width];
      byte[] filtered = new byte[1 + 3 * width];
      filtered[0] = UP_FILTER;
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          int pixel = pixels[y * width + x];
          line[3 * x] = (byte) (pixel >> 16);
          line[3 * x + 1] = (byte) (pixel >> 8);
          line[3 * x + 2] = (byte) pixel;
        }
        for (int i = 0; i < line.length; i++) {
          filtered[1 + i] = (byte) (line[i] - above[i]);
        }
        out.write(filtered);
        System.arraycopy(line, 0, above, 0, line.length);
      }
    } finally {
      deflater.end();
    }
    return bytes.toByteArray();
  }

  private static void chunk(DataOutputStream out, String type, byte[] data) throws IOException {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(data);
    out.writeInt(data.length);
    out.write(name);
    out.write(data);
    out.writeInt((int) crc.getValue());
  }
}
