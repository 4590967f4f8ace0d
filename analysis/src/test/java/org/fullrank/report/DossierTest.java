package org.fullrank.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DossierTest {
  @Test
  void show() {
    System.out.println(SampleDossier.of().toMarkdown());
    System.out.println(SampleDossier.of());
    System.out.println(SampleDossier.of().toJson());
    assertThat(SampleDossier.of().findings()).hasSize(2);
  }
}
