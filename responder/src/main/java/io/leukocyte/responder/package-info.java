/** Response: an alert and a policy become a guarded, journalled, undoable action on a container. */
@NullMarked
package io.leukocyte.responder;

import org.jspecify.annotations.NullMarked;
