package org.fullrank.report.plot;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.fullrank.io.AtomicFile;

/** A picture as an immutable value, which can be written as PNG or as SVG. */
public interface Plot {
  /**
   * The bytes of a PNG file, equal for equal plots on one JDK. Time grows with the number of points
   * and of pixels.
   *
   * @return a new array
   */
  byte[] toPng();

  /**
   * The same picture as the text of an SVG file, which stays sharp at any size and whose words can
   * be searched. Equal for equal plots. Coordinates are those of the PNG in pixels, rounded to a
   * hundredth.
   *
   * @return XML to be stored as UTF-8
   */
  String toSvg();

  /**
   * Writes the picture, replacing {@code file} as a whole: SVG if its name ends in {@code .svg} in
   * any case, PNG otherwise.
   *
   * @param file where
   * @throws IOException if it cannot be written
   */
  default void writeTo(Path file) throws IOException {
    boolean svg = file.toString().regionMatches(true, file.toString().length() - 4, ".svg", 0, 4);
    AtomicFile.write(file, svg ? toSvg().getBytes(StandardCharsets.UTF_8) : toPng());
  }
}
