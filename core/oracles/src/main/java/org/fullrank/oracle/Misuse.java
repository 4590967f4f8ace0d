package org.fullrank.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** One row of a table of bad inputs. */
public record Misuse(
    String name, ThrowingCallable call, Class<? extends Throwable> type, List<String> words) {
  /** A bad argument; the words are what was expected, what was got, and where. */
  public static Misuse argument(String name, ThrowingCallable call, String... words) {
    return new Misuse(name, call, IllegalArgumentException.class, List.of(words));
  }

  /** A call that the object's state forbids. */
  public static Misuse state(String name, ThrowingCallable call, String... words) {
    return new Misuse(name, call, IllegalStateException.class, List.of(words));
  }

  /** The type must be the very one: most accidents are subclasses of something documented. */
  public void check() {
    Throwable thrown = catchThrowable(call);
    assertThat(thrown).as(name).isExactlyInstanceOf(type);
    assertThat(thrown.getMessage()).as(name).contains("expect").contains(words);
    assertThat(thrown.getMessage()).as(name).containsPattern("got|but");
  }

  @Override
  public String toString() {
    return name;
  }
}
