package consumer;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Location;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Locates photos from a thread whose context class loader is the system's. */
public final class App {
  public static void main(String[] args) throws Exception {
    ExecutorService pool =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task);
              thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
              return thread;
            });
    try {
      CompletableFuture.runAsync(() -> locate(args), pool).get();
      CompletableFuture.runAsync(() -> locate(args)).get();
    } finally {
      pool.shutdown();
    }
  }

  private static void locate(String[] args) {
    try (Localizer localizer = Localizer.load(Path.of(args[0]))) {
      for (int i = 1; i < args.length; i++) {
        Location location = localizer.locate(Path.of(args[i]));
        System.out.println("located " + args[i] + " at " + location.latLng());
      }
    }
  }

  private App() {}
}
