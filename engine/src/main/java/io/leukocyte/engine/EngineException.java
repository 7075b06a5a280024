package io.leukocyte.engine;

import org.jspecify.annotations.Nullable;

/** The engine did not do what it was asked. The message says what failed, why and what to do. */
public abstract sealed class EngineException extends RuntimeException {
  private EngineException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** There is no such container, network or image. */
  public static final class NotFound extends EngineException {
    /** With what was looked for. */
    public NotFound(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** The container is in a state that does not allow it. */
  public static final class Conflict extends EngineException {
    /** With the state. */
    public Conflict(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** The engine cannot be reached: nothing listens, no permission, the connection broke. */
  public static final class Unavailable extends EngineException {
    /** With the address and what to do. */
    public Unavailable(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** The engine did not answer within the deadline. What was asked may still happen. */
  public static final class Timeout extends EngineException {
    /** With the deadline. */
    public Timeout(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /** The engine answered that it will not or cannot. */
  public static final class Refused extends EngineException {
    /** With the engine's own words. */
    public Refused(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
