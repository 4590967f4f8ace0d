package org.fullrank.rigor.eigen;

class GershgorinBoundTest extends EnclosureContract {
  @Override
  protected EigenvalueBound bound() {
    return GershgorinBound.create();
  }
}
