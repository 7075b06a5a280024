package io.leukocyte.responder;

import java.util.Collection;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * The TCP ports at which a container is reached: which there are, what is spoken there, and where
 * new connections to them go. All errors are {@link NetworkFilterException}s.
 */
interface FrontDoor {

  /** What is spoken at a port. */
  enum Speech {
    /** HTTP in the clear. */
    HTTP,
    /** TLS: what is in it cannot be read by anybody else. */
    TLS,
    /** Neither. */
    OTHER,
    /** Nobody knows: it does not answer, or cannot be reached from here. */
    SILENCE
  }

  /** Why it cannot be used on this host; empty when it can. */
  Optional<String> unusable();

  /** Why open connections cannot be cut on this host; empty when they can. */
  Optional<String> cannotCut();

  /** Ports at which somebody listens, not only for loopback. */
  SortedSet<Integer> listening(ContainerProcess process);

  /** Asks what is spoken at a port. */
  Speech speech(String address, int port);

  /** Whether two processes live in the same network namespace. */
  boolean same(ContainerProcess one, ContainerProcess other);

  /**
   * Makes what {@link #redirect} needs, without any effect yet.
   *
   * @return whether it was not there yet
   */
  boolean prepare(ContainerProcess process);

  /**
   * From now on new connections from outside to a port go to another one; open ones stay.
   *
   * @param routes port to port, instead of those before
   */
  void redirect(ContainerProcess process, SortedMap<Integer, Integer> routes);

  /** The redirections that are in force. */
  SortedMap<Integer, Integer> routes(ContainerProcess process);

  /**
   * From now on whoever wants a new connection from outside, at any port, is told at once that
   * there is none to be had (TCP RST), and may try elsewhere; open ones stay. Refused already is
   * refused.
   */
  void refuse(ContainerProcess process);

  /** Whether new connections are refused. */
  boolean refuses(ContainerProcess process);

  /** New connections are to be had again, and nothing is left; to be had already is to be had. */
  void admit(ContainerProcess process);

  /** How many connections from outside are open at these ports. */
  int open(ContainerProcess process, Collection<Integer> ports);

  /**
   * How many connections from outside are not over at these ports: those on which data may come or
   * go, those that are being made, and those whose last data is on its way.
   */
  int live(ContainerProcess process, Collection<Integer> ports);

  /**
   * Ends the connections from outside that are open at these ports.
   *
   * @return how many there were
   */
  int cut(ContainerProcess process, Collection<Integer> ports);

  /** Whether a connection waits at one of these ports that nobody has accepted yet. */
  boolean waiting(ContainerProcess process, Collection<Integer> ports);

  /**
   * Removes all of it, where no connection needs it any more.
   *
   * @param ports to which connections had been redirected
   * @return whether it is removed
   */
  boolean remove(ContainerProcess process, Collection<Integer> ports);
}
