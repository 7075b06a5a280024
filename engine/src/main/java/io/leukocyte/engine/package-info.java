/** The container engine: what runs, what happens to it, and the changes Leukocyte makes to it. */
@NullMarked
package io.leukocyte.engine;

import org.jspecify.annotations.NullMarked;
