package io.github.geofix.cli;

import io.github.geofix.core.format.Safetensors;
import io.github.geofix.core.format.TensorFile;
import io.github.geofix.core.internal.Count;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Safetensors made of a checkpoint, without running what the checkpoint holds. */
@Command(
    name = "convert",
    description = {
      "Makes a .safetensors file of a PyTorch checkpoint (.pth, .pt, .bin, .ckpt, .pth.tar), bit by"
          + " bit.",
      "",
      "Checkpoints are Python pickles, which run code when Python loads them. Here they are read as"
          + " data: a file with anything but plain data in it is refused with the name of what it"
          + " is."
    },
    footer = {"", "Example:", "  geofix convert model_best.pth.tar model.safetensors"},
    mixinStandardHelpOptions = true)
final class ConvertCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "CHECKPOINT", description = "The file to read.")
  private Path from;

  @Parameters(index = "1", paramLabel = "SAFETENSORS", description = "The file to write.")
  private Path out;

  @Option(
      names = "--dictionary",
      paramLabel = "KEY",
      description =
          "Which dictionary of a training checkpoint to read, such as model_ema (default: the"
              + " weights, found by content and reported).")
  private @Nullable String dictionary;

  @Option(
      names = "--without-prefix",
      paramLabel = "PREFIX",
      description = "Leave this out of the beginning of all names, such as module.")
  private String prefix = "";

  @Override
  public Integer call() {
    if (!out.toString().endsWith(".safetensors")) {
      throw new IllegalArgumentException(
          out + " is to hold safetensors: let its name end with .safetensors");
    }
    PrintWriter stdout = spec.commandLine().getOut();
    try (TensorFile file =
        dictionary == null ? TensorFile.open(from) : TensorFile.open(from, dictionary)) {
      Set<String> names = file.names();
      List<String> others = names.stream().filter(name -> !name.startsWith(prefix)).toList();
      if (!others.isEmpty()) {
        throw new IllegalArgumentException(
            "%d of %d names do not begin with %s, such as %s"
                .formatted(others.size(), names.size(), prefix, others.get(0)));
      }
      Safetensors.Writer writer = Safetensors.writer().metadata(file.metadata());
      names.forEach(name -> writer.tensor(name.substring(prefix.length()), file, name));
      writer.write(out);
      file.notes().forEach(stdout::println);
      if (prefix.isEmpty()) {
        file.wrapperPrefixes().stream()
            .filter(wrapper -> names.stream().allMatch(name -> name.startsWith(wrapper)))
            .reduce((shorter, longer) -> longer)
            .ifPresent(
                wrapper ->
                    stdout.println(
                        "every name begins with %s, which import leaves out; so does convert with"
                                .formatted(wrapper)
                            + " --without-prefix "
                            + wrapper));
      }
      stdout.printf("%s: %s%n", out, Count.of(names.size(), "tensors"));
    }
    stdout.flush();
    return 0;
  }
}
