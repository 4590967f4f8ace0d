/**
 * Pictures, drawn without AWT and without any font of the system, so that they work on a machine
 * without a display: PNG with an own rasteriser and encoder, and SVG as plain text.
 *
 * <p>Start with the plot for the job, all of which are a {@link org.fullrank.report.plot.Plot}:
 *
 * <ul>
 *   <li>{@link org.fullrank.report.plot.SpectrumPlot}: eigenvalues by index, with enclosures
 *   <li>{@link org.fullrank.report.plot.DensityPlot}: an estimated spectral density with its
 *       confidence
 *   <li>{@link org.fullrank.report.plot.ConvergencePlot}: a run and what a theorem guarantees
 *   <li>{@link org.fullrank.report.plot.LinePlot}: anything else
 * </ul>
 *
 * <p>A picture is read without the text around it. Its title should name network and data; its
 * caption should say what was done, with which step size, and what follows. Equal plots give equal
 * bytes in all locales. This package knows nothing of reports: a {@code Dossier} refers to a
 * picture by the name of its file.
 */
@NullMarked
package org.fullrank.report.plot;

import org.jspecify.annotations.NullMarked;
