package io.leukocyte.collector;

/** Why the kernel sensor cannot work here. The collector then goes on with reduced coverage. */
public sealed interface SensorUnavailable {
  /** What is wrong, one line. */
  String problem();

  /** What to do about it, one line. */
  String todo();

  /** Both, as a sentence for people. */
  default String text() {
    return "Cannot load the kernel sensor: " + problem() + "; " + todo() + ".";
  }

  /**
   * Not Linux, or a processor the sensor is not built for.
   *
   * @param system name and architecture
   */
  record UnsupportedSystem(String system) implements SensorUnavailable {
    @Override
    public String problem() {
      return "it needs Linux on x86_64 or arm64, this is " + system;
    }

    @Override
    public String todo() {
      return "run the collector on the host that runs the containers";
    }
  }

  /**
   * The kernel is older than the sensor needs.
   *
   * @param release of the running kernel
   */
  record KernelTooOld(String release) implements SensorUnavailable {
    @Override
    public String problem() {
      return "kernel " + release + " has no BPF ring buffer";
    }

    @Override
    public String todo() {
      return "use kernel 5.8 or newer";
    }
  }

  /**
   * The kernel does not describe its types.
   *
   * @param path where the description would be
   */
  record NoBtf(String path) implements SensorUnavailable {
    @Override
    public String problem() {
      return "the kernel has no BTF at " + path;
    }

    @Override
    public String todo() {
      return "use a kernel built with CONFIG_DEBUG_INFO_BTF (each large distribution's is), and"
          + " mount /sys into the collector's container";
    }
  }

  /**
   * The library is not installed.
   *
   * @param detail what the loader said
   */
  record NoLibbpf(String detail) implements SensorUnavailable {
    @Override
    public String problem() {
      return "libbpf.so.1 was not found (" + detail + ")";
    }

    @Override
    public String todo() {
      return "install it: apt-get install libbpf1 (Debian, Ubuntu) or dnf install libbpf (Fedora,"
          + " RHEL)";
    }
  }

  /** The kernel refuses BPF to this process. */
  record NoPrivileges() implements SensorUnavailable {
    @Override
    public String problem() {
      return "this process may not use BPF";
    }

    @Override
    public String todo() {
      return "run the collector as root, or with the capabilities BPF and PERFMON (SYS_ADMIN where"
          + " the engine does not know these two); a kernel locked down to confidentiality refuses all";
    }
  }

  /**
   * Java code may not call native code.
   *
   * @param detail what the JVM said
   */
  record NoNativeAccess(String detail) implements SensorUnavailable {
    @Override
    public String problem() {
      return "the JVM does not allow native access (" + detail + ")";
    }

    @Override
    public String todo() {
      return "start java with --enable-native-access=ALL-UNNAMED";
    }
  }

  /**
   * The kernel did not take the programs.
   *
   * @param detail the last lines of libbpf's log
   */
  record LoadFailed(String detail) implements SensorUnavailable {
    @Override
    public String problem() {
      return "the kernel did not accept it: " + detail;
    }

    @Override
    public String todo() {
      return "report this with the kernel's release";
    }
  }
}
