package io.leukocyte.collector;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.ContainerStats;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.FileOpen;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.NsChange;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessExit;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.Protocol;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Events with names. */
final class TestEvents {
  static final ContainerId WEB = id(1);
  static final ContainerId DATABASE = id(2);

  private TestEvents() {}

  static ContainerId id(int number) {
    return new ContainerId("%064x".formatted(number));
  }

  static ProcessInfo process(int pid, String... args) {
    return process(pid, null, args);
  }

  static ProcessInfo process(int pid, ProcessInfo.@Nullable Parent parent, String... args) {
    return new ProcessInfo(
        new ProcessRef(pid, ManualTime.START),
        pid,
        "sh",
        "/bin/sh",
        List.of(args),
        false,
        "/",
        0,
        0,
        0,
        -1,
        0,
        ProcessInfo.Flags.NONE,
        parent,
        List.of());
  }

  /** An exec, told apart by its pid. */
  static ProcessExec exec(ContainerId container, int pid) {
    return exec(container, process(pid, "/bin/sh", "-c", "true"));
  }

  static ProcessExec exec(ContainerId container, ProcessInfo process) {
    return new ProcessExec(ManualTime.START, ContainerRef.unknown(container), process);
  }

  static ProcessExit exit(ContainerId container, int pid) {
    return new ProcessExit(
        ManualTime.START, ContainerRef.unknown(container), process(pid, "/bin/sh"), 0, 0);
  }

  static NetConnect connect(ContainerId container, ProcessInfo process) {
    return new NetConnect(
        ManualTime.START,
        ContainerRef.unknown(container),
        process,
        Protocol.TCP,
        new Endpoint("203.0.113.2", 40000),
        new Endpoint("198.51.100.7", 443));
  }

  /** A flow, which ends no batch. */
  static NetFlow flow(ContainerId container, long bytes) {
    return new NetFlow(
        ManualTime.START,
        ContainerRef.unknown(container),
        Protocol.TCP,
        new Endpoint("198.51.100.7", 443),
        bytes,
        1,
        2_000_000_000L);
  }

  /** A file opened for reading, told apart by its process's pid; it ends no batch. */
  static FileOpen open(ContainerId container, int pid) {
    return new FileOpen(
        ManualTime.START,
        ContainerRef.unknown(container),
        process(pid, "/bin/sh"),
        "openat",
        "/etc/passwd",
        null,
        0,
        0,
        false,
        false,
        false,
        3);
  }

  /** A namespace entered. */
  static NsChange setns(ContainerId container, int pid) {
    return new NsChange(
        ManualTime.START, ContainerRef.unknown(container), process(pid, "/bin/sh"), "setns", 0, 0);
  }

  /** What a container uses; it ends no batch. */
  static ContainerStats stats(ContainerId container) {
    return new ContainerStats(
        ManualTime.START,
        ContainerRef.unknown(container),
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        9,
        10,
        11,
        12,
        13);
  }

  static ContainerLog line(ContainerId container, long time, String text) {
    return line(container, time, ContainerLog.Stream.STDOUT, text);
  }

  static ContainerLog line(
      ContainerId container, long time, ContainerLog.Stream stream, String text) {
    return new ContainerLog(
        time, ContainerRef.unknown(container), stream, text, text.length(), false);
  }

  static ContainerLifecycle lifecycle(ContainerId container, long time, String action) {
    return new ContainerLifecycle(
        time, ContainerRef.unknown(container), action, null, new TreeMap<>());
  }
}
