package org.fullrank.rigor.eigen;

class WolkowiczStyanBoundTest extends EnclosureContract {
  @Override
  protected EigenvalueBound bound() {
    return WolkowiczStyanBound.create();
  }
}
