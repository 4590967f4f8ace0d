/**
 * JMH benchmarks ({@code benchmarks/run}) and our side of the comparisons with other libraries
 * ({@code benchmarks/gram}, {@code benchmarks/growth}, {@code benchmarks/training}).
 */
package org.fullrank.benchmarks;
