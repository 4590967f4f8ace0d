package org.fullrank.linalg;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.slf4j.helpers.NOPLogger;
import org.slf4j.helpers.NOPLoggerFactory;

class BackendTest {
  private static final String GOOD_CORE = "Haswell";
  private static final String GOOD_VERSION = "0.3.30";

  @Test
  void describesThePinnedBackend() {
    Backend b = Backend.describe();
    assertThat(b.nd4jVersion()).isEqualTo("1.0.0-M2.1");
    assertThat(b.javacppVersion()).isEqualTo("1.5.12");
    assertThat(b.blasVersion()).isEqualTo("0.3.30");
    assertThat(b.vendor()).isEqualTo("OPENBLAS");
    assertThat(b.threads()).isPositive();
    assertThat(b.maxHeapBytes()).isPositive();
    assertThat(b.ompWaitPolicy()).isEqualTo("passive");
    assertThat(b.coreType()).isEqualTo("unset");
    assertThat(b.processors()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(b.memoryBytes()).isGreaterThan(b.maxHeapBytes());
    assertThat(b.warnings()).as("versions and kernels").noneMatch(w -> w.contains("OpenBLAS"));
    assertThat(b.summary()).contains("1.0.0-M2.1", "OPENBLAS 0.3.30", b.core());
  }

  @Test
  void passesItsSelfTestOnce() {
    SelfTest t = Backend.selfTest();
    assertThat(t.status()).isEqualTo(SelfTest.Status.PASSED);
    assertThat(t.gigaflops()).isPositive();
    assertThat(t.remedy()).isEmpty();
    assertThat(Backend.selfTest()).isSameAs(t);
  }

  @Test
  void namesTheRoutineThatLies() {
    BackendProbe.Routines lying =
        new BackendProbe.Routines() {
          @Override
          public INDArray product(INDArray a, INDArray b) {
            return BackendProbe.NATIVE.product(a, b);
          }

          @Override
          public Lapack.Cholesky cholesky(INDArray a) {
            Lapack.Cholesky c = Lapack.cholesky(a);
            c.factor().putScalar(299, 0, c.factor().getDouble(299, 0) + 1e-6);
            return c;
          }

          @Override
          public Lapack.SymmetricEigen eigen(INDArray a) {
            Lapack.SymmetricEigen e = Lapack.symmetricEigen(a, true);
            e.vectors().putScalar(3, 4, Double.NaN);
            return e;
          }
        };
    SelfTest t = BackendProbe.run(lying, GOOD_CORE, GOOD_VERSION);
    assertThat(t.status()).isEqualTo(SelfTest.Status.WRONG);
    assertThat(t.trustworthy()).isFalse();
    assertThat(t.wrong()).containsExactly("potrf", "syev");
    assertThat(t.remedy()).contains("fullrank-bom");
  }

  @Test
  void knowsTheSlowLibraries() {
    SelfTest old = BackendProbe.run(BackendProbe.NATIVE, "Prescott", GOOD_VERSION);
    assertThat(old.status()).isEqualTo(SelfTest.Status.SLOW);
    assertThat(old.remedy()).contains("OPENBLAS_CORETYPE").doesNotContain("fullrank-bom");
    assertThat(BackendProbe.run(BackendProbe.NATIVE, "Core2", "0.3.19").remedy())
        .contains("fullrank-bom");
  }

  @Test
  void doesNotBlameTheVersionForGoodKernels() {
    assertThat(BackendProbe.run(BackendProbe.NATIVE, GOOD_CORE, "0.3.19").status())
        .isEqualTo(SelfTest.Status.PASSED);
  }

  @Test
  void countsThreadsThatTasksHaveTaken() {
    int threads = Backend.describe().threads();
    int[] inside = new int[4];
    Parallel.forEach(4, i -> inside[i] = Backend.describe().threads());
    assertThat(inside).containsOnly(threads);
  }

  @Test
  void warnsOnStandardErrorWhereNobodyLogs() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      Backend.warn(new NOPLoggerFactory(), "too slow");
      Backend.warn(name -> NOPLogger.NOP_LOGGER, "for a logger of somebody's own");
    } finally {
      System.setErr(before);
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
        .containsExactly("WARN org.fullrank.linalg.Backend: too slow");
  }

  @Test
  void readsTheOptionsOfThisMachine() {
    Jvm jvm = Backend.describe().jvm();
    assertThat(jvm.version()).isEqualTo(Runtime.version().toString());
    assertThat(jvm.fusedMultiplyAdd()).as("of the processors that build this").isTrue();
    assertThat(jvm.compactObjectHeaders()).isFalse();
  }

  @Test
  void saysWhatToAddWhenThereIsNoBackend() throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (!entry.contains("nd4j-native")) {
        urls.add(new File(entry).toURI().toURL());
      }
    }
    try (URLClassLoader loader =
        new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
      assertThat(thrown(loader.loadClass("org.fullrank.linalg.Parallel").getMethod("threads")))
          .startsWith("No ND4J backend")
          .contains("fullrank-bom", "nd4j-native");
      assertThat(
              thrown(
                  loader
                      .loadClass("org.fullrank.linalg.Tensors")
                      .getMethod("of", double[].class, long[].class),
                  new double[1],
                  new long[] {1}))
          .as("the cause is known the second time too")
          .startsWith("No ND4J backend")
          .contains("NoAvailableBackendException");
      assertThat(thrown(loader.loadClass("org.fullrank.linalg.Backend").getMethod("describe")))
          .startsWith("No ND4J backend");
    }
  }

  private static String thrown(Method method, Object... arguments) throws IllegalAccessException {
    try {
      return "returned " + method.invoke(null, arguments);
    } catch (InvocationTargetException e) {
      assertThat(e).hasCauseInstanceOf(IllegalStateException.class);
      return String.valueOf(Objects.requireNonNull(e.getCause()).getMessage());
    }
  }
}
