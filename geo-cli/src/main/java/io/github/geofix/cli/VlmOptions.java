package io.github.geofix.cli;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Photo;
import io.github.geofix.judge.ChatClient;
import io.github.geofix.judge.VlmLocalizer;
import io.github.geofix.models.image.Photos;
import java.io.PrintWriter;
import java.net.URI;
import java.util.List;
import picocli.CommandLine.Option;

/** A vision-language model in place of a model folder. */
final class VlmOptions {
  @Option(
      names = "--vlm-url",
      required = true,
      paramLabel = "URL",
      description =
          "Ask a vision-language model behind this chat endpoint, such as"
              + " http://localhost:11434/v1; photos are sent there. The key is read from"
              + " GEOFIX_JUDGE_KEY.")
  private URI url;

  @Option(
      names = "--vlm-model",
      required = true,
      paramLabel = "NAME",
      description = "The model's name at the endpoint.")
  private String model;

  @Option(
      names = "--vlm-samples",
      defaultValue = "1",
      paramLabel = "N",
      description =
          "Ask so often for each photo, and answer where most agree within 50 km (default:"
              + " ${DEFAULT-VALUE}).")
  private int samples;

  @Option(
      names = "--vlm-agreement",
      defaultValue = "0",
      paramLabel = "SHARE",
      description =
          "Answer only if this share of the samples agrees, 0 to 1 (default: ${DEFAULT-VALUE}).")
  private double agreement;

  @Option(
      names = "--vlm-calls",
      defaultValue = "10000",
      paramLabel = "N",
      description = "The most requests, a limit to the cost (default: ${DEFAULT-VALUE}).")
  private int calls;

  /** Returns the model's name, as the name of a file. */
  String fileName() {
    return model.replaceAll("[^\\w.-]", "-");
  }

  /**
   * Returns the localizer; on closing it prints what it was asked and what that cost.
   *
   * @param limits on the photos that it reads
   */
  Localizer open(PrintWriter err, Photo.Limits limits) {
    String key = System.getenv(ChatClient.KEY_VARIABLE);
    ChatClient client =
        new ChatClient(
            ChatClient.Options.of(url, model).withMaxCalls(calls), key == null ? "" : key);
    VlmLocalizer.Options options =
        VlmLocalizer.Options.defaults().withSamples(samples).withMinAgreement(agreement);
    VlmLocalizer localizer = new VlmLocalizer(client, options, photo -> Photos.read(photo, limits));
    return new OwningLocalizer(
        localizer,
        List.of(
            () -> {
              err.println(model + ": " + localizer.counts());
              err.println(model + ": " + localizer.cost());
              err.flush();
            }));
  }
}
