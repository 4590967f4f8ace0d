package org.fullrank.rigor;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks what is public only because the trusted base has several packages. Nothing outside {@code
 * org.fullrank.rigor} may use it, because its preconditions are not checked; it changes without
 * notice. An architecture test sees to that within the library.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.CONSTRUCTOR})
public @interface Internal {}
