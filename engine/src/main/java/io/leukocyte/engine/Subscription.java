package io.leukocyte.engine;

/** A stream that is being read. */
public interface Subscription extends AutoCloseable {
  /** Whether the listener may still be called. */
  boolean isOpen();

  /**
   * Ends the stream. When it returns the listener is not called any more, except by a callback that
   * is running and does not return within five seconds. May be called from the listener.
   */
  @Override
  void close();
}
