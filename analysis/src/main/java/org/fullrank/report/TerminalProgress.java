package org.fullrank.report;

import java.io.Console;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.util.Locale;

/**
 * One line of progress that overwrites itself, on a terminal only. Elsewhere (a pipe, a file, a
 * build server) it prints nothing, so that logs stay readable.
 *
 * <p>For one computation at a time, whose workers take turns. Close it to erase the line before
 * other output.
 */
public final class TerminalProgress implements AutoCloseable {
  private static final int WIDTH = 78;
  private static final int BAR = 24;

  private final PrintStream out;
  private final boolean enabled;
  private String shown = "";

  private TerminalProgress(PrintStream out, boolean enabled) {
    this.out = out;
    this.enabled = enabled;
  }

  /** Progress on the standard error stream if the process has a terminal. */
  public static TerminalProgress onStandardError() {
    return of(System.err, isTerminal());
  }

  /** Progress on {@code out}; silent unless {@code enabled}. */
  public static TerminalProgress of(PrintStream out, boolean enabled) {
    return new TerminalProgress(out, enabled);
  }

  /**
   * Shows that {@code done} of {@code total} steps of a task are done.
   *
   * @throws IllegalArgumentException unless {@code 0 <= done <= total}
   */
  public void show(String task, long done, long total) {
    if (done < 0 || done > total) {
      throw new IllegalArgumentException(
          "TerminalProgress expects 0 <= done <= total but got " + done + " of " + total);
    }
    double share = total == 0 ? 1 : (double) done / total;
    int filled = (int) (share * BAR);
    print(
        String.format(
            Locale.ROOT,
            "[%s%s] %3d %%  %s",
            "#".repeat(filled),
            "-".repeat(BAR - filled),
            (int) (share * 100),
            Text.oneLine(task)));
  }

  /** Shows a task of unknown length. */
  public void show(String task) {
    print("... " + Text.oneLine(task));
  }

  /** Erases the line. */
  @Override
  public void close() {
    print("");
  }

  private void print(String text) {
    String line = text.length() > WIDTH ? text.substring(0, WIDTH) : text;
    if (!enabled || line.equals(shown)) {
      return;
    }
    out.print("\r" + Text.pad(line, shown.length()) + (line.isEmpty() ? "\r" : ""));
    out.flush();
    shown = line;
  }

  @SuppressWarnings("SystemConsoleNull") // null still is the answer before Java 22
  private static boolean isTerminal() {
    Console console = System.console();
    String type = System.getenv("TERM");
    if (console == null || (type != null && type.toLowerCase(Locale.ROOT).equals("dumb"))) {
      return false;
    }
    try {
      // Since Java 22 there is a console even without a terminal, and this method to tell.
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (IllegalAccessException | InvocationTargetException e) {
      return false;
    }
  }
}
