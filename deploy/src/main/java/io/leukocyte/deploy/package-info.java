/** The leuko command: each role by itself, or everything on one machine. */
@NullMarked
package io.leukocyte.deploy;

import org.jspecify.annotations.NullMarked;
