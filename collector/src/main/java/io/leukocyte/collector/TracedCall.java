package io.leukocyte.collector;

import static io.leukocyte.collector.SensorLayout.CALL_BASES;
import static io.leukocyte.collector.SensorLayout.CALL_ENTRY;
import static io.leukocyte.collector.SensorLayout.CALL_TEXTS;
import static io.leukocyte.collector.SensorLayout.NO_ARG;
import static io.leukocyte.collector.SensorLayout.WORKING;
import static io.leukocyte.collector.SensorLayout.at;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.leukocyte.events.Kind;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * A system call that the sensor can report: its numbers, and what is read of it. Arguments are
 * named by their numbers, from 0.
 *
 * @param name as in the kernel's table, and as rules say it in {@code evt.type}
 * @param kind the event that comes of it
 * @param x86 its number on x86-64; -1 where there is none
 * @param arm64 its number on arm64; -1 where there is none
 * @param i386 its numbers among the 32-bit calls of x86
 * @param entry how it is written into the kernel's table
 */
record TracedCall(String name, Kind kind, int x86, int arm64, List<Integer> i386, Entry entry) {
  TracedCall {
    i386 = List.copyOf(i386);
  }

  static TracedCall of(String name, Kind kind, int x86, int arm64, Integer... i386) {
    return new TracedCall(name, kind, x86, arm64, Arrays.asList(i386), Entry.PLAIN);
  }

  private TracedCall with(Entry changed) {
    return new TracedCall(name, kind, x86, arm64, i386, changed);
  }

  /** Reads strings; they are not paths. */
  TracedCall texts(int... args) {
    Entry changed = entry;
    for (int i = 0; i < args.length; i++) {
      changed = changed.text(i, args[i], NO_ARG);
    }
    return with(changed);
  }

  /** Reads the text of that place as a path from the working directory. */
  TracedCall path(int place, int arg) {
    return with(entry.text(place, arg, WORKING));
  }

  /** Reads the text of that place as a path from a directory's descriptor. */
  TracedCall path(int place, int arg, int directory) {
    return with(entry.text(place, arg, directory));
  }

  /** Reads the text of the third place, which is no path. */
  TracedCall withThird(int arg) {
    return with(entry.text(2, arg, NO_ARG));
  }

  /** Reads what a descriptor leads to. */
  TracedCall fd(int arg) {
    return with(entry.fd(arg));
  }

  /** Asks for more: {@code WANT_}, {@code ONLY_} and {@code CHEAP} of {@link SensorLayout}. */
  TracedCall wants(int bits) {
    return with(entry.wants(bits));
  }

  /** Reads a socket address, or a message header. */
  TracedCall address(int arg) {
    return with(entry.address(arg));
  }

  /** Reads a buffer, whose length is the argument after it. */
  TracedCall data(int arg) {
    return with(entry.data(arg));
  }

  /** Reads the 8 bytes to which an argument points. */
  TracedCall word(int arg) {
    return with(entry.word(arg)).wants(SensorLayout.WANT_WORD);
  }

  /** Opens a file with the flags in an argument, in the word, or always for writing. */
  TracedCall access(int arg) {
    return with(entry.access(arg));
  }

  /** Finds the process that an argument names: by its pid, or by a pidfd. */
  TracedCall target(int arg) {
    return with(entry.target(arg));
  }

  /** Reported only where the argument has one of the bits. */
  TracedCall onlyWith(int arg, long bits) {
    return with(entry.mask(arg, bits));
  }

  /** Reported only where the argument is one of the two. */
  TracedCall onlyEqual(int arg, int one, int other) {
    return with(entry.equal(arg, one, other));
  }

  /**
   * A line of the kernel's table but for its class.
   *
   * @param fd argument that is a descriptor
   * @param text arguments that are strings
   * @param base where relative ones of the first two begin
   * @param address argument that is a socket address or a message header
   * @param data argument that is a buffer
   * @param word argument that points to 8 bytes
   * @param maskArg argument that must have one of the bits of mask
   * @param equalArg argument that must be one of equal
   * @param access argument that has the flags of an open
   * @param target argument that is a pid
   * @param wants bits
   * @param mask bits
   * @param equal values
   */
  record Entry(
      int fd,
      List<Integer> text,
      List<Integer> base,
      int address,
      int data,
      int word,
      int maskArg,
      int equalArg,
      int access,
      int target,
      int wants,
      long mask,
      List<Integer> equal) {
    static final Entry PLAIN =
        new Entry(
            NO_ARG,
            List.of(NO_ARG, NO_ARG, NO_ARG),
            List.of(NO_ARG, NO_ARG),
            NO_ARG,
            NO_ARG,
            NO_ARG,
            NO_ARG,
            NO_ARG,
            NO_ARG,
            NO_ARG,
            0,
            0,
            List.of(0, 0));

    Entry {
      text = List.copyOf(text);
      base = List.copyOf(base);
      equal = List.copyOf(equal);
    }

    private static List<Integer> replaced(List<Integer> all, int at, int value) {
      Integer[] changed = all.toArray(Integer[]::new);
      changed[at] = value;
      return List.of(changed);
    }

    Entry text(int place, int arg, int directory) {
      return new Entry(
          fd,
          replaced(text, place, arg),
          place < CALL_BASES ? replaced(base, place, directory) : base,
          address,
          data,
          word,
          maskArg,
          equalArg,
          access,
          target,
          wants,
          mask,
          equal);
    }

    Entry fd(int arg) {
      return new Entry(
          arg, text, base, address, data, word, maskArg, equalArg, access, target, wants, mask,
          equal);
    }

    Entry wants(int bits) {
      return new Entry(
          fd,
          text,
          base,
          address,
          data,
          word,
          maskArg,
          equalArg,
          access,
          target,
          wants | bits,
          mask,
          equal);
    }

    Entry address(int arg) {
      return new Entry(
          fd, text, base, arg, data, word, maskArg, equalArg, access, target, wants, mask, equal);
    }

    Entry data(int arg) {
      return new Entry(
          fd, text, base, address, arg, word, maskArg, equalArg, access, target, wants, mask,
          equal);
    }

    Entry word(int arg) {
      return new Entry(
          fd, text, base, address, data, arg, maskArg, equalArg, access, target, wants, mask,
          equal);
    }

    Entry mask(int arg, long bits) {
      return new Entry(
          fd, text, base, address, data, word, arg, equalArg, access, target, wants, bits, equal);
    }

    Entry equal(int arg, int one, int other) {
      return new Entry(
          fd,
          text,
          base,
          address,
          data,
          word,
          maskArg,
          arg,
          access,
          target,
          wants,
          mask,
          List.of(one, other));
    }

    Entry access(int arg) {
      return new Entry(
          fd, text, base, address, data, word, maskArg, equalArg, arg, target, wants, mask, equal);
    }

    Entry target(int arg) {
      return new Entry(
          fd, text, base, address, data, word, maskArg, equalArg, access, arg, wants, mask, equal);
    }

    /**
     * Writes the line.
     *
     * @param callClass 0 would be one that is not reported
     * @param modes bits of the modes that are reported
     * @param paths the set of paths that are reported; 0: all
     */
    void write(MemorySegment to, int callClass, int modes, int paths) {
      to.set(JAVA_BYTE, at(CALL_ENTRY, "class"), (byte) callClass);
      to.set(JAVA_BYTE, at(CALL_ENTRY, "fd"), (byte) fd);
      for (int i = 0; i < CALL_TEXTS; i++) {
        to.set(JAVA_BYTE, at(CALL_ENTRY, "text") + i, text.get(i).byteValue());
      }
      for (int i = 0; i < CALL_BASES; i++) {
        to.set(JAVA_BYTE, at(CALL_ENTRY, "base") + i, base.get(i).byteValue());
      }
      to.set(JAVA_BYTE, at(CALL_ENTRY, "address"), (byte) address);
      to.set(JAVA_BYTE, at(CALL_ENTRY, "data"), (byte) data);
      to.set(JAVA_BYTE, at(CALL_ENTRY, "word"), (byte) word);
      to.set(JAVA_BYTE, at(CALL_ENTRY, "mask_arg"), (byte) maskArg);
      to.set(JAVA_BYTE, at(CALL_ENTRY, "equal_arg"), (byte) equalArg);
      to.set(JAVA_BYTE, at(CALL_ENTRY, "access"), (byte) access);
      to.set(JAVA_BYTE, at(CALL_ENTRY, "modes"), (byte) modes);
      to.set(JAVA_BYTE, at(CALL_ENTRY, "paths"), (byte) paths);
      to.set(JAVA_BYTE, at(CALL_ENTRY, "target"), (byte) target);
      to.set(JAVA_INT, at(CALL_ENTRY, "wants"), wants);
      to.set(JAVA_LONG, at(CALL_ENTRY, "mask"), mask);
      for (int i = 0; i < equal.size(); i++) {
        to.set(JAVA_INT, at(CALL_ENTRY, "equal") + 4L * i, equal.get(i));
      }
    }
  }
}
