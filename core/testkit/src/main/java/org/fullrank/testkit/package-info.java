/**
 * JUnit contracts for layers and activations: what the library relies on and cannot check while it
 * computes. A test class has one factory method:
 *
 * <pre><code>
 * &#64;TestFactory
 * Stream&lt;DynamicTest&gt; contract() {
 *   return LayerContract.of(new OwnLayer("own", 5), Shape.of(5));
 * }
 * </code></pre>
 *
 * <p>{@link org.fullrank.testkit.LayerContract} is for implementations of {@link
 * org.fullrank.nn.Layer}, {@link org.fullrank.testkit.ActivationContract} for those of {@link
 * org.fullrank.nn.Activation}. {@link org.fullrank.testkit.StatedActivation} makes an activation of
 * a few lambdas that states exactly what it is given, and {@link
 * org.fullrank.testkit.TestActivations} has some whose true statements are awkward.
 *
 * <p>Samples refute and never prove: a contract that passes has found no contradiction. Needs
 * {@code junit-jupiter-api}, an engine that runs it, and a backend of ND4J on the class path.
 */
@NullMarked
package org.fullrank.testkit;

import org.jspecify.annotations.NullMarked;
