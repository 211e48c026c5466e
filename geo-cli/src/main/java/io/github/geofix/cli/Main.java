package io.github.geofix.cli;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.ModelFormatException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The {@code geofix} command. Data goes to stdout, talk and progress to stderr. */
@Command(
    name = "geofix",
    description = "Finds out where photos were taken.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      DatasetCommand.class,
      TrainCommand.class,
      EvaluateCommand.class,
      LocateCommand.class,
      TrackCommand.class,
      CompareCommand.class,
      PublishedCommand.class,
      DescribeCommand.class,
      ImportCommand.class,
      PartitionCommand.class,
      IndexCommand.class,
    })
public final class Main {

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of an error.")
  private boolean verbose;

  private Main() {}

  /** Runs the command and exits: 0 done, 1 wrong input, 2 usage. */
  public static void main(String[] args) {
    System.exit(
        run(
            new PrintWriter(System.out, true, StandardCharsets.UTF_8),
            new PrintWriter(System.err, true, StandardCharsets.UTF_8),
            args));
  }

  static int run(PrintWriter out, PrintWriter err, String... args) {
    Main main = new Main();
    CommandLine commandLine =
        new CommandLine(main)
            .setOut(out)
            .setErr(err)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler(
                (exception, command, parsed) -> {
                  if (main.verbose) {
                    exception.printStackTrace(err);
                  }
                  err.println("geofix: " + oneLine(exception));
                  err.flush();
                  return CommandLine.ExitCode.SOFTWARE;
                });
    try {
      return commandLine.execute(args);
    } catch (OutOfMemoryError e) {
      if (main.verbose) {
        e.printStackTrace(err);
      }
      err.println("geofix: " + outOfMemory());
      err.flush();
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  private static String outOfMemory() {
    return String.format(
        Locale.ROOT,
        "out of memory: Java may use %d MB; give it more, such as GEOFIX_HEAP=4g",
        Runtime.getRuntime().maxMemory() >> 20);
  }

  /** The message of an error a user can act on; a defect of ours keeps its class name. */
  private static String oneLine(Exception exception) {
    String message = Objects.requireNonNullElse(exception.getMessage(), exception.toString());
    Throwable cause = exception.getCause();
    if (exception instanceof UncheckedIOException && cause != null && cause.getMessage() != null) {
      // Made of nothing but its cause it has the message "java.io.IOException: no such image".
      message = message.equals(cause.toString()) ? cause.getMessage() : message;
    }
    boolean expected =
        exception instanceof UncheckedIOException
            || exception instanceof IllegalArgumentException
            || exception instanceof IllegalStateException
            || exception instanceof ModelFormatException;
    return (expected ? message : exception.getClass().getSimpleName() + ": " + message)
        .replaceAll("\\s*\\R\\s*", "; ");
  }

  /** Returns the version of the library's jar, or "development" outside one. */
  static String version() {
    return Objects.requireNonNullElse(
        Localizer.class.getPackage().getImplementationVersion(), "development");
  }

  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"geofix " + version()};
    }
  }
}
