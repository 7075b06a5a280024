package io.leukocyte.deploy;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import org.jspecify.annotations.Nullable;

/** The encoder of every appender: what it hands to the one that writes has no secret in it. */
public final class MaskingEncoder extends EncoderBase<ILoggingEvent> {
  private static final byte[] NOTHING = {};

  private @Nullable Encoder<ILoggingEvent> delegate;

  /** Made by logback. */
  public MaskingEncoder() {}

  /** The encoder that writes; set by logback from the element {@code delegate}. */
  public void setDelegate(Encoder<ILoggingEvent> delegate) {
    this.delegate = delegate;
  }

  @Override
  public void start() {
    if (delegate == null) {
      addError("MaskingEncoder needs a delegate");
      return;
    }
    delegate.setContext(getContext());
    if (!delegate.isStarted()) {
      delegate.start();
    }
    super.start();
  }

  @Override
  public void stop() {
    if (delegate != null) {
      delegate.stop();
    }
    super.stop();
  }

  @Override
  public byte[] headerBytes() {
    return delegate == null ? NOTHING : orNothing(delegate.headerBytes());
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    return delegate == null ? NOTHING : delegate.encode(new MaskedEvent(event));
  }

  @Override
  public byte[] footerBytes() {
    return delegate == null ? NOTHING : orNothing(delegate.footerBytes());
  }

  private static byte[] orNothing(byte @Nullable [] bytes) {
    return bytes == null ? NOTHING : bytes;
  }
}
