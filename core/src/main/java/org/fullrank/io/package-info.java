/**
 * Files: arrays from and to NumPy, JSON, tables, data sets, and trained networks.
 *
 * <p>{@link org.fullrank.io.Npy} reads and writes {@code .npy} files and {@link
 * org.fullrank.io.Json} is a small JSON value with a strict reader; both are written on the JDK
 * alone. {@link org.fullrank.io.NpyMatrix} reads pieces of an {@code .npy} matrix that is too large
 * for memory, and {@link org.fullrank.io.SymmetricNpyFile} writes such a one tile by tile and goes
 * on after a kill. {@link org.fullrank.io.Csv} reads a table of numbers, from which {@link
 * org.fullrank.io.Dataset} makes inputs and targets and keeps a line about where they come from.
 *
 * <p>{@link org.fullrank.io.NetworkFile} is how a model trained elsewhere comes in: a folder with a
 * description of the layers and one {@code .npy} file per tensor. The parameters are taken over bit
 * for bit, in the order of the file. A well described network that needs an operation which this
 * library lacks gives an {@link org.fullrank.io.UnsupportedLayerException}.
 *
 * <p>Files come from elsewhere, so nothing in them is believed: a malformed file gives an {@link
 * java.lang.IllegalArgumentException} that says what was expected, what was found and where, before
 * memory is taken for what it claims to hold. A file that cannot be read at all gives an {@link
 * java.io.IOException}. Pipes, devices and folders are such files.
 *
 * <p>What is written is there as a whole or not at all: {@link org.fullrank.io.AtomicFile} replaces
 * one file, {@link org.fullrank.io.FolderWriter} a set of files with an index. A kill, a full disk
 * or a loss of power leaves what was there before.
 *
 * <p>{@code Npy} and {@code Csv} differ on purpose about NaN and infinities: the former returns the
 * bits that are there, the latter refuses them, and so does every network.
 *
 * <p>Start with {@link org.fullrank.io.NetworkFile} for a trained network and with {@link
 * org.fullrank.io.Dataset} for data.
 */
@NullMarked
package org.fullrank.io;

import org.jspecify.annotations.NullMarked;
