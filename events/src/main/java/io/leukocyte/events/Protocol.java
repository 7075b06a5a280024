package io.leukocyte.events;

import java.util.Locale;

/** Transport protocols that are told apart, with their numbers on the wire. */
public enum Protocol {
  /** Any other protocol. */
  OTHER(0),
  /** TCP, number 6. */
  TCP(1),
  /** UDP, number 17. */
  UDP(2),
  /** ICMP and ICMPv6, numbers 1 and 58. */
  ICMP(3);

  private final int code;

  Protocol(int code) {
    this.code = code;
  }

  /** The number on the wire. */
  public int code() {
    return code;
  }

  /** The protocol of a number on the wire; other for one that is not known. */
  public static Protocol ofCode(int code) {
    return switch (code) {
      case 1 -> TCP;
      case 2 -> UDP;
      case 3 -> ICMP;
      default -> OTHER;
    };
  }

  /** The name in ECS and in rules: lower case. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
