package io.leukocyte.engine;

import java.io.IOException;
import java.io.InputStream;

/**
 * Reads a file of a container.
 *
 * @param <T> what is made of it
 */
@FunctionalInterface
public interface FileReader<T> {
  /**
   * Reads as much as it wants.
   *
   * @param file what it is
   * @param content of a regular file; empty for all others
   */
  T read(ContainerFile file, InputStream content) throws IOException;
}
