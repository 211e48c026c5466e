/** A modular application. */
module consumer {
  requires io.github.geofix.core;
  requires java.desktop;
}
