package org.fullrank.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fullrank.cancel.Cancellation;
import org.jspecify.annotations.Nullable;

/**
 * An immutable JSON value, with a strict reader and a writer (RFC 8259).
 *
 * <p><b>Reading</b> refuses what the standard does not allow (comments, trailing commas, leading
 * zeros, NaN, bad escapes, unpaired surrogates) and, beyond it, a repeated member name, a number
 * that overflows a double, and nesting deeper than 256. Numbers become the nearest double, so
 * integers beyond 2^53 are rounded. Messages give line and column.
 *
 * <p><b>Writing</b> keeps the order of members and emits for every number the shortest decimal that
 * reads back as the same double; NaN and infinities cannot be represented and are refused where the
 * value is made.
 *
 * <pre>{@code
 * Json report = Json.object().with("n", 500).with("verdict", "HOLDS").with("bounds", Json.array(lo, hi));
 * AtomicFile.write(path, report.toPrettyText());
 * Json.Obj back = (Json.Obj) Json.parse(text);
 * }</pre>
 */
public sealed interface Json {
  /** The literal {@code null}. */
  enum Null implements Json {
    /** The only value. */
    NULL
  }

  /**
   * A truth value.
   *
   * @param value the value
   */
  record Bool(boolean value) implements Json {}

  /**
   * A number.
   *
   * @param value finite
   */
  record Num(double value) implements Json {
    /** Checks the component. */
    public Num {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException(
            "a JSON number expects a finite value but got "
                + value
                + "; write it as a string or as null");
      }
    }
  }

  /**
   * A string.
   *
   * @param value any text
   */
  record Text(String value) implements Json {}

  /**
   * An array.
   *
   * @param items in order
   */
  record Arr(List<Json> items) implements Json {
    /** Copies the component. */
    public Arr {
      items = List.copyOf(items);
    }
  }

  /**
   * An object.
   *
   * @param members in order; names are unique
   */
  record Obj(Map<String, Json> members) implements Json {
    /** Copies the component. */
    public Obj {
      members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }

    /**
     * A member.
     *
     * @param name its name
     * @return its value, or null if there is none
     */
    public @Nullable Json get(String name) {
      return members.get(name);
    }

    /**
     * This object with one more member at the end, or with that member's value replaced.
     *
     * @param name its name
     * @param value its value
     * @return a new object
     */
    public Obj with(String name, Json value) {
      Map<String, Json> copy = new LinkedHashMap<>(members);
      copy.put(name, value);
      return new Obj(copy);
    }

    /**
     * As {@link #with(String, Json)} for a number.
     *
     * @param name its name
     * @param value a finite number
     * @return a new object
     */
    public Obj with(String name, double value) {
      return with(name, new Num(value));
    }

    /**
     * As {@link #with(String, Json)} for an integer.
     *
     * @param name its name
     * @param value at most 2^53 in size
     * @return a new object
     * @throws IllegalArgumentException if a double cannot be sure to hold the value
     */
    public Obj with(String name, long value) {
      if (Math.abs(value) > 1L << 53 || value == Long.MIN_VALUE) {
        throw new IllegalArgumentException(
            "a JSON number expects an integer of at most 2^53 in size but got "
                + value
                + " for \""
                + name
                + "\"; write it as a string");
      }
      return with(name, new Num((double) value));
    }

    /**
     * As {@link #with(String, Json)} for a string.
     *
     * @param name its name
     * @param value any text
     * @return a new object
     */
    public Obj with(String name, String value) {
      return with(name, new Text(value));
    }

    /**
     * As {@link #with(String, Json)} for a truth value.
     *
     * @param name its name
     * @param value a truth value
     * @return a new object
     */
    public Obj with(String name, boolean value) {
      return with(name, new Bool(value));
    }
  }

  /**
   * The empty object, to be extended by {@link Obj#with(String, Json)}.
   *
   * @return an object without members
   */
  static Obj object() {
    return new Obj(Map.of());
  }

  /**
   * An array.
   *
   * @param items in order
   * @return the array
   */
  static Arr array(List<? extends Json> items) {
    return new Arr(List.copyOf(items));
  }

  /**
   * An array of numbers.
   *
   * @param values finite numbers
   * @return the array
   */
  static Arr array(double... values) {
    List<Json> items = new ArrayList<>(values.length);
    for (double v : values) {
      items.add(new Num(v));
    }
    return new Arr(items);
  }

  /**
   * Reads a text.
   *
   * @param text one JSON value
   * @return the value
   * @throws IllegalArgumentException if the text is not valid; the message gives line and column
   */
  static Json parse(String text) {
    return new JsonParser(text, "JSON text").parse();
  }

  /**
   * Reads a file.
   *
   * @param file one JSON value in UTF-8, a regular file
   * @return the value
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if the content is not valid UTF-8 or not valid JSON, or larger
   *     than a quarter of the memory of this JVM
   */
  static Json read(Path file) throws IOException {
    InputFiles.requireRegular(file);
    // The bytes, their decoded characters and the text are there at the same time.
    InputFiles.requireMemory(4 * Files.size(file), file.toString());
    Cancellation.check("Reading " + file);
    byte[] bytes = Files.readAllBytes(file);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return new JsonParser(text, file.toString()).parse();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(file + ": expected UTF-8 text but got other bytes", e);
    }
  }

  /**
   * This value in one line.
   *
   * @return JSON text
   */
  default String toText() {
    return JsonWriter.write(this, false);
  }

  /**
   * This value over several lines, indented by two spaces; arrays of scalars stay on one line.
   *
   * @return JSON text that ends with a line break
   */
  default String toPrettyText() {
    return JsonWriter.write(this, true) + "\n";
  }
}
