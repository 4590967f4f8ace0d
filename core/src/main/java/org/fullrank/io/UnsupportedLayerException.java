package org.fullrank.io;

/** A network that is described correctly but uses an operation that this library lacks. */
public final class UnsupportedLayerException extends UnsupportedOperationException {
  private static final long serialVersionUID = 1L;

  private final String op;
  private final String where;

  UnsupportedLayerException(String op, String where, String message) {
    super(message);
    this.op = op;
    this.where = where;
  }

  /**
   * The operation.
   *
   * @return its name in the file, or the class of the layer when writing
   */
  public String op() {
    return op;
  }

  /**
   * Its place in the network.
   *
   * @return such as {@code network[3].branch[1].op}
   */
  public String where() {
    return where;
  }
}
