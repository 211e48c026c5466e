package io.github.geofix.examples;

import io.github.geofix.core.Localizer;
import io.github.geofix.serve.LocateServer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;

/** Serves a model and asks the server once; without the request it would call awaitClose(). */
final class Serve {
  private Serve() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    try (Localizer localizer = Localizer.load(Path.of("out/model"));
        LocateServer server =
            LocateServer.start(
                List.of(LocateServer.Model.of("embed", localizer)),
                LocateServer.Options.defaults().withPort(0))) {
      System.out.println("open " + server.uri());
      HttpRequest request =
          HttpRequest.newBuilder(server.uri().resolve("/locate?top=1"))
              .header("Content-Type", "image/png")
              .POST(BodyPublishers.ofFile(Path.of("out/photos/may-1.png")))
              .build();
      System.out.println(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body());
    }
  }
}
