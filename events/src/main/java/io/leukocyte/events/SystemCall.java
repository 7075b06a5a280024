package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/**
 * A system call that a process made, once it returned. Source: the kernel's raw sys_exit, for the
 * calls that {@link Kind#calls} names. What a call did with files, sockets, processes or the kernel
 * stands in the records; this is what all of them have.
 */
public sealed interface SystemCall extends Event
    permits FileOpen,
        FileChange,
        NetAccept,
        NetListen,
        NetSend,
        NetSocket,
        FdDup,
        ProcTrace,
        ProcControl,
        NsChange,
        CredChange,
        SignalKill,
        FsMount,
        KernelModule,
        KernelCall,
        BpfLoad,
        MemFileless {

  /** The process that called, as it is after the call. */
  ProcessInfo process();

  /** The call's name in the kernel's table for x86-64: openat, renameat2, …. */
  String call();

  /** What the call returned: a descriptor, a number of bytes, 0; negative: minus the errno. */
  long result();

  /** The same call in a container of which more is known by now; null for the host itself. */
  SystemCall with(@Nullable ContainerRef container);

  /** The same call with other words for its process. */
  SystemCall with(ProcessInfo process);

  /** Whether the call returned an error. */
  default boolean failed() {
    return result() < 0;
  }

  @Override
  default Kind kind() {
    return switch (this) {
      case FileOpen e -> Kind.FILE_OPEN;
      case FileChange e -> Kind.FILE_CHANGE;
      case NetAccept e -> Kind.NET_ACCEPT;
      case NetListen e -> Kind.NET_LISTEN;
      case NetSend e -> Kind.NET_SEND;
      case NetSocket e -> Kind.NET_SOCKET;
      case FdDup e -> Kind.FD_DUP;
      case ProcTrace e -> Kind.PROC_TRACE;
      case ProcControl e -> Kind.PROC_CONTROL;
      case NsChange e -> Kind.NS_CHANGE;
      case CredChange e -> Kind.CRED_CHANGE;
      case SignalKill e -> Kind.SIGNAL_KILL;
      case FsMount e -> Kind.FS_MOUNT;
      case KernelModule e -> Kind.KERNEL_MODULE;
      case KernelCall e -> Kind.KERNEL_CALL;
      case BpfLoad e -> Kind.BPF_LOAD;
      case MemFileless e -> Kind.MEM_FILELESS;
    };
  }
}
