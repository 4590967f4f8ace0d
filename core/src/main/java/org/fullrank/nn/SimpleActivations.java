package org.fullrank.nn;

import java.util.Arrays;
import java.util.OptionalInt;

/**
 * The identity, sine and cosine. {@link Math#sin} and {@link Math#cos} are documented to be within
 * one unit in the last place, which is at most {@code 2u} of the result ({@code u = 2^-53}).
 */
final class SimpleActivations {
  private SimpleActivations() {}

  static final class Identity extends NamedActivation {
    Identity() {
      super("identity", new Regularity(1, 0, true, true, true, OptionalInt.of(1)), Accuracy.EXACT);
    }

    @Override
    public Parity parity() {
      return Parity.ODD;
    }

    @Override
    public boolean isPositivelyHomogeneous() {
      return true;
    }

    @Override
    public double value(double x) {
      return x;
    }

    @Override
    public double derivative(double x) {
      return 1;
    }

    @Override
    public double secondDerivative(double x) {
      return 0;
    }

    @Override
    public void evaluate(float[] x, float[] value, float[] derivative) {
      System.arraycopy(x, 0, value, 0, x.length);
      Arrays.fill(derivative, 0, x.length, 1);
    }
  }

  static final class Sine extends NamedActivation {
    Sine() {
      super("sin", analytic(1, 1, false), Accuracy.relative(3, 3), -1, 1);
    }

    @Override
    public Parity parity() {
      return Parity.ODD;
    }

    @Override
    public double value(double x) {
      return Math.sin(x);
    }

    @Override
    public double derivative(double x) {
      return Math.cos(x);
    }

    @Override
    public double secondDerivative(double x) {
      return -Math.sin(x);
    }
  }

  static final class Cosine extends NamedActivation {
    Cosine() {
      super("cos", analytic(1, 1, false), Accuracy.relative(3, 3), -1, 1);
    }

    @Override
    public Parity parity() {
      return Parity.EVEN;
    }

    @Override
    public double value(double x) {
      return Math.cos(x);
    }

    @Override
    public double derivative(double x) {
      return -Math.sin(x);
    }

    @Override
    public double secondDerivative(double x) {
      return -Math.cos(x);
    }
  }
}
