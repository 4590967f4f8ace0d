package org.fullrank.rigor;

class WolkowiczStyanBoundTest extends EnclosureContract {
  @Override
  protected EigenvalueBound bound() {
    return WolkowiczStyanBound.create();
  }
}
