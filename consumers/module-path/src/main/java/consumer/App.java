package consumer;

import io.github.geofix.core.Localizer;
import java.nio.file.Path;

/** Locates photos from a named module. */
public final class App {
  public static void main(String[] args) {
    try (Localizer localizer = Localizer.load(Path.of(args[0]))) {
      for (int i = 1; i < args.length; i++) {
        System.out.println(
            "located " + args[i] + " at " + localizer.locate(Path.of(args[i])).latLng());
      }
    }
  }

  private App() {}
}
