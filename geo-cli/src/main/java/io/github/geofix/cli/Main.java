package io.github.geofix.cli;

import io.github.geofix.core.Localizer;
import io.github.geofix.core.internal.AtomicFiles;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code geofix} command. Data goes to stdout, talk and progress to stderr. */
@Command(
    name = "geofix",
    description = "Finds out where photos were taken.",
    footer = {
      "",
      "geofix COMMAND --help lists what a command takes. To begin with:",
      "  geofix demo --out out"
    },
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      DatasetCommand.class,
      TrainCommand.class,
      CalibrateCommand.class,
      EvaluateCommand.class,
      LocateCommand.class,
      ServeCommand.class,
      TrackCommand.class,
      VerifyCommand.class,
      CompareCommand.class,
      PublishedCommand.class,
      ReproduceCommand.class,
      DescribeCommand.class,
      ImportCommand.class,
      ClassMapsCommand.class,
      EmbedCommand.class,
      NeighborsCommand.class,
      ConvertCommand.class,
      ReleasesCommand.class,
      RewardCommand.class,
      ReferenceCommand.class,
      PartitionCommand.class,
      IndexCommand.class,
      GalleryCommand.class,
      SparkCommand.class,
      CompletionCommand.class,
    })
public final class Main {
  /** Wide enough for the examples, which are there to be copied. */
  private static final int HELP_WIDTH = 100;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of an error.")
  private boolean verbose;

  private Main() {}

  /** Runs the command and exits: 0 done, 1 wrong input, 2 usage. */
  public static void main(String[] args) {
    AtomicFiles.cleanUpAtExit();
    System.exit(
        run(
            new PrintWriter(System.out, true, StandardCharsets.UTF_8),
            new PrintWriter(System.err, true, StandardCharsets.UTF_8),
            args));
  }

  /** Returns all commands, to look at. */
  static CommandLine commands() {
    return commands(new Main());
  }

  private static CommandLine commands(Main main) {
    CommandLine commands =
        new CommandLine(main)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setUsageHelpWidth(HELP_WIDTH);
    OptionValues.register(commands);
    // What follows the name of a job is for the job.
    Objects.requireNonNull(commands.getSubcommands().get("spark")).setStopAtPositional(true);
    return commands;
  }

  static int run(PrintWriter out, PrintWriter err, String... args) {
    Main main = new Main();
    CommandLine commandLine =
        commands(main)
            .setOut(out)
            .setErr(err)
            .setExecutionStrategy(Main::execute)
            .setExecutionExceptionHandler(
                (exception, command, parsed) -> {
                  if (main.verbose) {
                    err.println(stackTrace(exception));
                  }
                  err.println("geofix: " + ErrorText.of(exception));
                  err.flush();
                  return CommandLine.ExitCode.SOFTWARE;
                })
            .setParameterExceptionHandler((exception, arguments) -> usage(exception, err));
    try {
      return commandLine.execute(args);
    } catch (OutOfMemoryError e) {
      if (main.verbose) {
        err.println(stackTrace(e));
      }
      err.println("geofix: " + ErrorText.outOfMemory());
      err.flush();
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  private static int execute(ParseResult parsed) {
    ParseResult command = parsed;
    while (command.hasSubcommand()) {
      command = command.subcommand();
    }
    OutputFiles.refuseInputs(command);
    return new CommandLine.RunLast().execute(parsed);
  }

  private static String stackTrace(Throwable error) {
    StringWriter trace = new StringWriter();
    error.printStackTrace(new PrintWriter(trace));
    return ErrorText.withoutSecrets(trace.toString());
  }

  /** Prints what is wrong with a command line, and the command for its help. */
  private static int usage(ParameterException exception, PrintWriter err) {
    CommandLine command = exception.getCommandLine();
    err.println("geofix: " + ErrorText.ofUsage(exception));
    if (!UnmatchedArgumentException.printSuggestions(exception, err)) {
      if (command.getSubcommands().isEmpty()) {
        err.println("try: " + command.getCommandSpec().qualifiedName() + " --help");
      } else {
        command.usage(err);
      }
    }
    err.flush();
    return CommandLine.ExitCode.USAGE;
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
