package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/**
 * A process changed its user, its group or its capabilities, or could not.
 *
 * @param time unix nanoseconds
 * @param container null for a process of the host
 * @param process the process that called
 * @param call setuid, setgid, setreuid, setregid, setresuid, setresgid, setfsuid, setfsgid,
 *     setgroups or capset
 * @param uidBefore effective user id before the call, in the host's user namespace; -1 when it is
 *     not known
 * @param gidBefore effective group id before the call; -1 when it is not known
 * @param uid effective user id after the call
 * @param gid effective group id after the call
 * @param capabilitiesBefore effective capabilities before the call, one bit each; 0 when they are
 *     not known
 * @param capabilities effective capabilities after the call
 * @param result 0, of setfsuid and setfsgid the id before; negative: minus the errno
 */
public record CredChange(
    long time,
    @Nullable ContainerRef container,
    ProcessInfo process,
    String call,
    int uidBefore,
    int gidBefore,
    int uid,
    int gid,
    long capabilitiesBefore,
    long capabilities,
    long result)
    implements SystemCall {

  @Override
  public CredChange with(@Nullable ContainerRef container) {
    return new CredChange(
        time,
        container,
        process,
        call,
        uidBefore,
        gidBefore,
        uid,
        gid,
        capabilitiesBefore,
        capabilities,
        result);
  }

  @Override
  public CredChange with(ProcessInfo process) {
    return new CredChange(
        time,
        container,
        process,
        call,
        uidBefore,
        gidBefore,
        uid,
        gid,
        capabilitiesBefore,
        capabilities,
        result);
  }
}
