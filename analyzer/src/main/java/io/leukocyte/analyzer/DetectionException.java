package io.leukocyte.analyzer;

/**
 * Detection failed at a record, in a way nobody foresaw. It says where and by what kind of
 * exception, and not what that said: its message may quote what a container wrote, which has no
 * place in our own log. The dead letter has it whole.
 */
final class DetectionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Says where it was.
   *
   * @param place of the record
   * @param failure whose trace this has
   */
  DetectionException(Poison.Place place, RuntimeException failure) {
    super("Detection failed at " + place + " by " + failure.getClass().getName());
    setStackTrace(failure.getStackTrace());
  }
}
