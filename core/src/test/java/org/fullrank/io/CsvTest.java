package org.fullrank.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fullrank.linalg.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTest {
  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("t.csv"), text);
  }

  @Test
  void readsNamesAndNumbers() throws IOException {
    Csv csv =
        Csv.withHeader(
            file("a, b (cm) ,\"c, \"\"d\"\"\"\r\n1,-2.5e-3,.5\r\n +3. ,\"4\",0.1\r\n\r\n"));
    assertThat(csv.columns()).containsExactly("a", "b (cm)", "c, \"d\"");
    assertThat(csv.rows()).isEqualTo(2);
    assertThat(csv.matrix().shape()).containsExactly(2, 3);
    assertThat(Tensors.toDoubles(csv.matrix())).containsExactly(1, -0.0025, 0.5, 3, 4, 0.1);
    assertThat(csv.column("b (cm)")).containsExactly(-0.0025, 4);
    assertThat(csv).hasToString(folder.resolve("t.csv") + ": 2 rows, 3 columns");
  }

  @Test
  void readsFilesWithoutHeader() throws IOException {
    Csv csv = Csv.withoutHeader(file("1,2\n3,4"));
    assertThat(csv.columns()).containsExactly("c0", "c1");
    assertThat(Tensors.toDoubles(csv.matrix())).containsExactly(1, 2, 3, 4);
  }

  @Test
  void growsWithTheFile() throws IOException {
    StringBuilder s = new StringBuilder("a,b,c\n");
    for (int i = 0; i < 3000; i++) {
      s.append(i).append(',').append(2 * i).append(",0\n");
    }
    Csv csv = Csv.withHeader(file(s.toString()));
    assertThat(csv.rows()).isEqualTo(3000);
    assertThat(csv.column("b")[2999]).isEqualTo(5998);
  }

  /** Spreadsheets begin their files with one. */
  @Test
  void skipsAByteOrderMark() throws IOException {
    Csv csv = Csv.withHeader(file("\ufeffa,b\n1,2\n"));
    assertThat(csv.columns()).containsExactly("a", "b");
    assertThat(csv.column("a")).containsExactly(1);
    assertThat(Csv.withoutHeader(file("\ufeff1,2\n")).column("c0")).containsExactly(1);
    assertThat(Csv.withHeader(file("\ufeff\"a\",b\n1,2\n")).columns()).containsExactly("a", "b");
    // Only the first one is a mark.
    assertThat(Csv.withHeader(file("\ufeff\ufeffa\n1\n")).columns()).containsExactly("\ufeffa");
  }

  @Test
  void showsInvisibleCharactersInMessages() throws IOException {
    Csv csv = Csv.withHeader(file("a\u200b,b\n1,2\n"));
    assertThatThrownBy(() -> csv.column("a\u00a0"))
        .hasMessageContaining("[a\\u200b, b]")
        .hasMessageContaining("'a\\u00a0'");
    String wide = IntStream.range(0, 500).mapToObj(i -> "n" + i).collect(Collectors.joining(","));
    Csv many = Csv.withHeader(file(wide + "\n" + wide.replace("n", "") + "\n"));
    assertThatThrownBy(() -> many.column("x"))
        .hasMessageContaining("n39, ... (500 in all)]")
        .message()
        .hasSizeLessThan(600);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "a;b~1;2~ ! ;",
        "a;b~1,5;2,5~ ! ;",
        "1,5;2;3~1,5;2,5;x~ ! ;",
        "a\tb~1\t2~ ! tabs",
        "a|b~1|2~ ! |",
        "a b~1 2~ ! spaces",
      })
  void guessesAnotherSeparator(String text, String name) throws IOException {
    Path file = file(text.strip().replace('~', '\n').replace("\\t", "\t"));
    assertThatThrownBy(() -> Csv.withHeader(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("this looks like a file separated by ")
        .hasMessageMatching("(?s).*separated by '?\\Q" + name.strip() + "\\E'?, expected commas");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a,b\n1,x\n", "a b,c\n1,x 2\n", "a;b,c,d,e\n1,2,3,;\n", "a\n1;2\n"})
  void doesNotGuessWithoutReason(String text) {
    assertThatThrownBy(() -> Csv.withHeader(file(text)))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("separated");
  }

  static Stream<String[]> malformed() {
    return Stream.of(
        new String[] {"", "", "at least one row", "none"},
        new String[] {"a,b\n", "", "at least one row", "none"},
        new String[] {"1,2\n3,4", "line 1", "column names", "withoutHeader"},
        new String[] {"a,a\n1,2", "line 1, column 2", "a new column name", "'a'"},
        new String[] {"a,\n1,2", "line 1, column 2", "a new column name", "''"},
        new String[] {"a,b\n1,2\n3", "line 3", "2 cells", "got 1"},
        new String[] {"a,b\n1,2,3", "line 2", "2 cells", "got 3"},
        new String[] {"a,b\n1,", "line 2, column 2 ('b')", "a finite number", "''"},
        new String[] {"a,b\n1,x", "line 2, column 2 ('b')", "a finite number", "'x'"},
        new String[] {"a,b\nNaN,1", "line 2, column 1 ('a')", "a finite number", "'NaN'"},
        new String[] {"a,b\n1,1e999", "line 2, column 2 ('b')", "a finite number", "1e999"},
        new String[] {"a,b\n1,0x10", "line 2, column 2 ('b')", "a finite number", "0x10"},
        new String[] {"a,b\n1,2d", "line 2, column 2 ('b')", "a finite number", "2d"},
        new String[] {"a;b\n1;2", "line 2, column 1 ('a;b')", "a finite number", "1;2"},
        new String[] {"a,b\n1,2\n\n3,4", "line 3", "a row", "blank"},
        new String[] {"a,b\n1,\"2", "line 2, column 2 ('b')", "a closing quote", "'2'"},
        new String[] {"a,b\n1,\"2\"3", "line 2, column 2 ('b')", "the whole cell", "'3'"},
        new String[] {"a,b\n1,2\"3\"", "line 2, column 2 ('b')", "the whole cell", "'2'"});
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void namesLineAndColumn(String text, String where, String expected, String got)
      throws IOException {
    Path file = file(text);
    assertThatThrownBy(() -> Csv.withHeader(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("t.csv")
        .hasMessageContaining(where)
        .hasMessageContaining(expected)
        .hasMessageContaining(got);
  }

  @Test
  void refusesOtherEncodingsAndMissingFiles() throws IOException {
    Path file = Files.write(folder.resolve("t.csv"), new byte[] {'a', '\n', (byte) 0xe9, '\n'});
    assertThatThrownBy(() -> Csv.withHeader(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("UTF-8");
    assertThatThrownBy(() -> Csv.withHeader(folder.resolve("none.csv")))
        .isInstanceOf(NoSuchFileException.class);
    Csv csv = Csv.withHeader(file("a\n1"));
    assertThatThrownBy(() -> csv.column("b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[a]")
        .hasMessageContaining("'b'");
  }
}
