package org.fullrank.convergence;

import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * {@code docs/CheckCertificate.java}, compiled and loaded where no class of the library is seen.
 */
final class Checker {
  /** What the program printed, and its exit status. */
  record Answer(int status, String text) {}

  private final Method check;

  private Checker(Method check) {
    this.check = check;
  }

  static Checker compiledTo(Path folder) throws IOException, ReflectiveOperationException {
    Path source =
        Path.of(System.getProperty("basedir", ".")).resolve("../docs/CheckCertificate.java");
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  messages,
                  files,
                  null,
                  List.of("-d", folder.toString(), "-cp", folder.toString(), "-proc:none"),
                  null,
                  files.getJavaFileObjects(source))
              .call();
      if (!compiled) {
        throw new IOException("cannot compile " + source.toAbsolutePath() + ": " + messages);
      }
    }
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {folder.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
      Method check =
          loader
              .loadClass("CheckCertificate")
              .getDeclaredMethod("check", String.class, StringBuilder.class);
      check.setAccessible(true);
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) { // while the loader is open
          loader.loadClass(file.getFileName().toString().replace(".class", ""));
        }
      }
      return new Checker(check);
    }
  }

  @SuppressWarnings("UnnecessaryStringBuilder") // the program appends to it
  Answer check(String json) {
    StringBuilder out = new StringBuilder();
    try {
      return new Answer((int) check.invoke(null, json, out), out.toString());
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the checker threw for " + json, e);
    }
  }
}
