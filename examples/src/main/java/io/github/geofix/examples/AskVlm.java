package io.github.geofix.examples;

import io.github.geofix.judge.ChatClient;
import io.github.geofix.judge.VlmLocalizer;
import io.github.geofix.models.image.Photos;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/** Asks a vision-language model on this machine, or prints that there is none. */
final class AskVlm {
  private AskVlm() {}

  public static void main(String[] args) {
    List<Path> photos = List.of(Path.of("out/photos/may-1.png"));
    ChatClient.Options endpoint =
        ChatClient.Options.of(URI.create("http://localhost:11434/v1"), "qwen2.5vl");
    ChatClient client = new ChatClient(endpoint.withMaxCalls(1000), "");
    VlmLocalizer.Options asked = VlmLocalizer.Options.defaults().withSamples(5);
    try (VlmLocalizer localizer = new VlmLocalizer(client, asked, Photos::read)) {
      localizer.locateEach(photos, System.out::println);
      System.out.println(localizer.counts());
      System.out.println(localizer.cost());
    }
  }
}
