package io.leukocyte.responder;

/** An operator's order cannot be carried out. The message says why and what to do. */
public final class OrderException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With what is wrong. */
  public OrderException(String message) {
    super(message);
  }

  OrderException(String message, Throwable cause) {
    super(message, cause);
  }
}
