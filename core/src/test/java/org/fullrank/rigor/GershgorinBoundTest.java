package org.fullrank.rigor;

class GershgorinBoundTest extends EnclosureContract {
  @Override
  protected EigenvalueBound bound() {
    return GershgorinBound.create();
  }
}
