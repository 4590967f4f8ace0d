/** JMH benchmarks: {@code benchmarks/run}. */
package org.fullrank.benchmarks;
