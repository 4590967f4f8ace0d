/**
 * Files: arrays from and to NumPy, JSON, CSV data sets, and trained networks.
 *
 * <p>{@link org.fullrank.io.Npy} reads and writes {@code .npy} files, and {@link
 * org.fullrank.io.Json} is a small JSON value with a strict reader; both are written on the JDK
 * alone. A malformed file gives an {@link java.lang.IllegalArgumentException} that says what was
 * expected, what was found and where; a file that cannot be read at all gives an {@link
 * java.io.IOException}.
 */
@NullMarked
package org.fullrank.io;

import org.jspecify.annotations.NullMarked;
