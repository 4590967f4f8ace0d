package org.fullrank.io;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** What {@link Npy} must refuse, and how it says so. */
class NpyBadInputTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bad_i8_large   | at most 2^53 in size  | 9007199254740993",
        "bad_u8_large   | at most 2^53 in size  | 18446744073709551615",
        "bad_empty      | at least one element  | shape [0, 3]",
        "bad_complex    | a real type           | '<c16'",
        "bad_text       | a real type           | '<U2'",
        "bad_structured | a quoted string       | [(",
      })
  void refusesWhatNumpyMayStore(String name, String expected, String got) {
    assertThatThrownBy(() -> NpyTest.read(NpyTest.bytes(name)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("test.npy")
        .hasMessageContaining(expected)
        .hasMessageContaining(got);
  }

  /** A file with the given header text and four bytes of values. */
  private static byte[] withHeader(String header) {
    byte[] text = header.getBytes(ISO_8859_1);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("\u0093NUMPY\1\0".getBytes(ISO_8859_1));
    out.write(text.length & 0xff);
    out.write(text.length >> 8);
    out.writeBytes(text);
    out.writeBytes(new byte[] {1, 0, 0, 0});
    return out.toByteArray();
  }

  static Stream<String[]> badHeaders() {
    String d = "'descr': '<f4', ";
    String f = "'fortran_order': False, ";
    return Stream.of(
        new String[] {"", "'{'", "the end of the header"},
        new String[] {"{}", "the keys", "without them all"},
        new String[] {"{" + d + f + "}", "the keys", "without them all"},
        new String[] {"{" + d + f + "'shape': (1,)", "'}'", "the end of the header"},
        new String[] {"{" + d + f + "'shape': (1,)} x", "nothing after", "'x'"},
        new String[] {"{" + d + f + "'shape': (-1,)}", "a dimension", "'-1,)}'"},
        new String[] {"{" + d + f + "'shape': (1.0,)}", "',' or ')'", "'.0,)}'"},
        new String[] {"{" + d + f + "'shape': (1)}", "a tuple such as (3,)", "parentheses"},
        new String[] {"{" + d + f + "'shape': (1 1)}", "',' or ')'", "'1)}'"},
        new String[] {"{" + d + f + "'shape': [1]}", "'('", "'[1]}'"},
        new String[] {"{" + d + f + "'shape': (99999999999999999999,)}", "a dimension", "999"},
        new String[] {"{" + d + f + "'shape': (65536, 32768)}", "2^31", "[65536, 32768]"},
        new String[] {"{" + d + f + "'shape': (4294967296, 4294967296)}", "2^31", "4294967296"},
        new String[] {"{" + d + f + "'shape': (" + "1,".repeat(33) + ")}", "32 dim", "33 dim"},
        new String[] {"{" + d + f + "'shape': (1000000000,)}", "bytes for shape", "truncated"},
        new String[] {"{" + d + "'fortran_order': 0, 'shape': (1,)}", "True or False", "'0"},
        new String[] {"{" + d + d + f + "'shape': (1,)}", "each key once", "'descr' twice"},
        new String[] {"{'type': 1}", "the keys", "'type'"},
        new String[] {"{descr: '<f4'}", "a quoted string", "descr"},
        new String[] {"{'descr' '<f4'}", "':'", "'<f4'"},
        new String[] {"{'descr': '<f4}", "a quoted string", "'<f4}"},
        new String[] {"{'descr': '<i3', " + f + "'shape': (1,)}", "a real type", "'<i3'"},
        new String[] {"{'descr': '|f4', " + f + "'shape': (1,)}", "a real type", "'|f4'"},
        new String[] {"{'descr': '|O', " + f + "'shape': (1,)}", "a real type", "'|O'"},
        new String[] {"{'descr': '|u1', " + f + "'shape': (3,)}", "bytes for shape", "trailing"});
  }

  @ParameterizedTest
  @MethodSource("badHeaders")
  void refusesBadHeaders(String header, String expected, String got) {
    assertThatThrownBy(() -> NpyTest.read(withHeader(header)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("test.npy")
        .hasMessageContaining(expected)
        .hasMessageContaining(got);
  }

  @Test
  void acceptsUnusualButValidHeaders() throws IOException {
    String[] headers = {
      "{'shape': (1,), 'fortran_order': False, 'descr': '<i4'}",
      "{\"descr\":\"<i4\",\"fortran_order\":True,\"shape\":(1L,1),}\n",
      " { 'descr' : '=i4' , 'fortran_order' : False , 'shape' : ( ) , } ",
      "{'descr': '|i1', 'fortran_order': True, 'shape': (2,2)}",
    };
    for (String h : headers) {
      assertThat(NpyTest.read(withHeader(h)).getDouble(0)).isEqualTo(1);
    }
  }

  @Test
  void refusesOtherFilesAndVersions() throws IOException {
    byte[] good = NpyTest.bytes("third_f8");
    for (int[] change : new int[][] {{0, 'x'}, {6, 0}, {6, 4}, {6, 200}, {7, 1}}) {
      byte[] bad = good.clone();
      bad[change[0]] = (byte) change[1];
      assertThatThrownBy(() -> NpyTest.read(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("test.npy: expected");
    }
    byte[] huge = NpyTest.bytes("version2");
    Arrays.fill(huge, 8, 12, (byte) 0xff);
    assertThatThrownBy(() -> NpyTest.read(huge)).hasMessageContaining("4294967295 bytes");
    byte[] wrongBool = NpyTest.bytes("b1");
    wrongBool[wrongBool.length - 1] = 2;
    assertThatThrownBy(() -> NpyTest.read(wrongBool))
        .hasMessageContaining("0 or 1")
        .hasMessageContaining("5");
  }

  @ParameterizedTest
  @ValueSource(strings = {"third_f8", "cube_fortran", "version2", "b1", "scalar", "be_i2"})
  void refusesEveryTruncationAndTrailingBytes(String name) throws IOException {
    byte[] good = NpyTest.bytes(name);
    Path file = folder.resolve("cut.npy");
    for (int length = 0; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      assertThatThrownBy(() -> NpyTest.read(cut))
          .as("first %s bytes", length)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("truncated");
      Files.write(file, cut);
      assertThatThrownBy(() -> Npy.read(file)).hasMessageContaining("cut.npy");
    }
    assertThatThrownBy(() -> NpyTest.read(Arrays.copyOf(good, good.length + 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("trailing");
  }

  /** A damaged header gives an exception or the same number of values, never anything else. */
  @Test
  void survivesRandomDamageToHeaders() throws IOException {
    Random random = new Random(20);
    byte[][] seeds = {
      NpyTest.bytes("third_f8"),
      NpyTest.bytes("cube_fortran"),
      NpyTest.bytes("version2"),
      NpyTest.bytes("be_i2"),
      NpyTest.bytes("b1")
    };
    int refused = 0;
    for (int trial = 0; trial < 20_000; trial++) {
      byte[] damaged = seeds[trial % seeds.length].clone();
      int flips = 1 + random.nextInt(3);
      for (int i = 0; i < flips; i++) {
        damaged[random.nextInt(100)] ^= (byte) (1 << random.nextInt(8));
      }
      Throwable thrown = catchThrowable(() -> NpyTest.read(damaged).close());
      if (thrown != null) {
        assertThat(thrown).isInstanceOf(IllegalArgumentException.class);
        assertThat(thrown.getMessage()).contains("test.npy").contains("expect").contains("got");
        refused++;
      }
    }
    // Flips in the padding may leave a readable file, flips in a type letter another valid type.
    assertThat(refused).isGreaterThan(15_000);
  }

  @Test
  void reportsMissingFilesAsInputOutputErrors() {
    assertThatThrownBy(() -> Npy.read(folder.resolve("none.npy")))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> Npy.read(folder)).isInstanceOf(IOException.class);
  }

  @Test
  void refusesToWriteWhatItCannotReadBack() {
    Path file = folder.resolve("no.npy");
    assertThatThrownBy(() -> Npy.write(file, Nd4j.empty(DataType.DOUBLE)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no.npy")
        .hasMessageContaining("empty");
    assertThatThrownBy(() -> Npy.write(file, Nd4j.zeros(DataType.INT32, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("INT");
    assertThat(file).doesNotExist();
  }
}
