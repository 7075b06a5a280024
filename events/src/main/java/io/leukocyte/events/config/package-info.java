/**
 * Files that people write: YAML with positions, problems with what to do, and the one configuration
 * of all roles.
 */
@NullMarked
package io.leukocyte.events.config;

import org.jspecify.annotations.NullMarked;
