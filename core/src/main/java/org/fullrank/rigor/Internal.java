package org.fullrank.rigor;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks what is public only because the trusted base has several packages: it leaves checks to its
 * callers, or believes a statement that they have to prove. It changes without notice. An
 * architecture test sees that nobody outside {@code org.fullrank.rigor} uses it, but for callers
 * that it lists.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.CONSTRUCTOR})
public @interface Internal {}
