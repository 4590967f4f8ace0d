/**
 * What a person reads at the end: a report of one network on one data set.
 *
 * <p>A {@link org.fullrank.report.Dossier} is an immutable value to which sections, prose, facts,
 * quantities, findings, certificates, warnings and figures are appended. It renders itself three
 * ways: Markdown for people, JSON for programs and plain text for a terminal. All three end with a
 * legend that explains every level of rigor, every subject and every verdict that occurs, so that a
 * reader who has never seen the library can tell a proof from an estimate. A dossier adds nothing:
 * it never combines, strengthens or rounds away what it is given.
 *
 * <p>Enclosures are printed by {@link org.fullrank.rigor.DecimalInterval}, which rounds the two
 * ends outward: the printed decimals contain the exact binary interval, and they always have enough
 * digits to differ. JSON holds the exact doubles instead.
 *
 * <p>{@link org.fullrank.report.Provenance} says where the numbers come from: versions, machine,
 * backend, seed, data and time. The time is an argument; nothing here reads a clock.
 *
 * <p>Pictures are drawn by {@link org.fullrank.report.plot}; a dossier refers to them by file name.
 *
 * <p>{@link org.fullrank.report.TerminalProgress} shows one line of progress on a terminal and
 * nothing anywhere else. This package knows nothing of ND4J.
 *
 * <p>Start with {@link org.fullrank.report.Dossier}, and with {@link
 * org.fullrank.report.CertificateFile} to give a certificate to somebody else.
 */
@NullMarked
package org.fullrank.report;

import org.jspecify.annotations.NullMarked;
