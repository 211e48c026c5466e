package io.github.geofix.cli;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.internal.localizer.ForwardingLocalizer;
import java.util.List;

/** A localizer with something to do after it is closed, such as closing what it uses. */
final class OwningLocalizer extends ForwardingLocalizer {
  private final List<Runnable> closing;

  /**
   * Wraps a localizer.
   *
   * @param localizer closed first
   * @param closing what is run then, in this order
   */
  OwningLocalizer(Localizer localizer, List<Runnable> closing) {
    super(localizer);
    this.closing = closing;
  }

  @Override
  public void close() {
    super.close();
    closing.forEach(Runnable::run);
  }
}
