/** The rule language: rule files become predicates that say which events match. */
@NullMarked
package io.leukocyte.rules;

import org.jspecify.annotations.NullMarked;
