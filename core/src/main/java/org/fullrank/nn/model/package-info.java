/**
 * Ready-made networks of the convergence literature, with each paper's architecture, scaling and
 * initialisation.
 */
@NullMarked
package org.fullrank.nn.model;

import org.jspecify.annotations.NullMarked;
