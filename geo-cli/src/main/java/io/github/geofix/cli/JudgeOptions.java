package io.github.geofix.cli;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.Refiner;
import io.github.geofix.judge.ChatClient;
import io.github.geofix.judge.ChatJudge;
import io.github.geofix.judge.JudgedLocalizer;
import io.github.geofix.models.image.Photos;
import java.io.PrintWriter;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A vision-language model that chooses between the candidates of a model. */
final class JudgeOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  static final class Judge {
    @Option(
        names = "--judge-url",
        required = true,
        paramLabel = "URL",
        description =
            "Let a vision-language model behind this chat endpoint choose between the candidates;"
                + " photos are sent there. The key is read from GEOFIX_JUDGE_KEY.")
    private URI url;

    @Option(
        names = "--judge-model",
        required = true,
        paramLabel = "NAME",
        description = "The model's name at the endpoint.")
    private String model;

    @Option(
        names = "--judge-form",
        defaultValue = "choose",
        paramLabel = "FORM",
        description =
            "choose one of the candidates, or free: any position (default: ${DEFAULT-VALUE}).")
    private ChatJudge.Form form;

    @Option(
        names = "--judge-calls",
        defaultValue = "10000",
        paramLabel = "N",
        description = "The most requests, a limit to the cost (default: ${DEFAULT-VALUE}).")
    private int calls;
  }

  @ArgGroup(exclusive = false)
  private @Nullable Judge judge;

  private @Nullable ChatJudge chat;

  /** Returns whether there is a judge. */
  boolean isGiven() {
    return judge != null;
  }

  /** Returns the judge as a stage between others of a cascade. */
  Refiner stage() {
    return JudgedLocalizer.stage(chat());
  }

  /**
   * Returns the localizer, which on closing prints the counts of the judge if there is one.
   *
   * @param atEnd whether the judge chooses between its candidates; otherwise it is a stage in it
   */
  Localizer judged(Localizer localizer, boolean atEnd) {
    if (judge == null) {
      return localizer;
    }
    try {
      ChatJudge chat = chat();
      PrintWriter err = command.commandLine().getErr();
      return new OwningLocalizer(
          atEnd
              ? new JudgedLocalizer(
                  localizer, chat, photo -> Photos.read(photo, localizer.photoLimits()))
              : localizer,
          List.of(
              () -> {
                err.println("judge: " + chat.counts());
                err.flush();
              }));
    } catch (RuntimeException e) {
      localizer.close();
      throw e;
    }
  }

  private ChatJudge chat() {
    if (chat == null) {
      Judge given = Objects.requireNonNull(judge);
      ChatClient.Options options =
          ChatClient.Options.of(given.url, given.model).withMaxCalls(given.calls);
      String key = System.getenv(ChatClient.KEY_VARIABLE);
      chat = new ChatJudge(new ChatClient(options, key == null ? "" : key), given.form);
    }
    return chat;
  }
}
