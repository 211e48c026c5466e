package io.github.geofix.judge;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.judge.Judge.JudgeException;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A vision-language model behind an OpenAI-style chat endpoint as a judge. It is given the photo
 * and the guesses as text, and asked for one small JSON object, which is searched for in whatever
 * it writes: {@code <think>} blocks, code fences, words around it and further members are skipped,
 * and of several decisions the last counts.
 *
 * <p>Only pixels are sent, encoded anew: no EXIF data, and no position. Thread-safe.
 */
public final class ChatJudge implements Judge {

  /** What the judge is asked for. */
  public enum Form {
    /** The number of one of the guesses. */
    CHOOSE,
    /** Any position; the guesses are hints. */
    FREE
  }

  private final ChatClient client;
  private final Form form;
  private JudgeCounts counts = JudgeCounts.NONE;

  /** Creates a judge. */
  public ChatJudge(ChatClient client, Form form) {
    this.client = client;
    this.form = form;
  }

  /** Returns what became of the questions so far. */
  public synchronized JudgeCounts counts() {
    return counts;
  }

  private synchronized void count(UnaryOperator<JudgeCounts> one) {
    counts = one.apply(counts);
  }

  /**
   * {@inheritDoc}
   *
   * @throws JudgeException if the endpoint refuses the key, has no such model, or is elsewhere, and
   *     has never answered before
   */
  @Override
  public Optional<LatLng> decide(BufferedImage photo, List<LatLng> guesses) {
    ChatReply reply = client.ask(question(guesses), photo);
    if (reply instanceof ChatReply.Text text) {
      Optional<LatLng> decision = Decisions.last(text.text(), form, guesses);
      count(so -> decision.isPresent() ? so.decided() : so.undecided(shown(text.text())));
      return decision;
    }
    if (reply instanceof ChatReply.Refusal refusal) {
      count(so -> so.refused(refusal.reason()));
    } else if (reply instanceof ChatReply.Failure failure) {
      count(so -> so.failed(failure.reason()));
    }
    return Optional.empty();
  }

  private static String shown(String text) {
    return "no decision in the answer \"" + Excerpt.of(text) + "\"";
  }

  private String question(List<LatLng> guesses) {
    String listed =
        IntStream.range(0, guesses.size())
            .mapToObj(
                i ->
                    String.format(
                        Locale.ROOT,
                        "%d: %.4f, %.4f",
                        i + 1,
                        guesses.get(i).latitude(),
                        guesses.get(i).longitude()))
            .collect(Collectors.joining("\n"));
    return switch (form) {
      case CHOOSE ->
          "Where was this photo taken? A model proposes these positions (latitude, longitude), the"
              + " likeliest first:\n"
              + listed
              + "\n"
              + "Answer with the number of the best one, as JSON and nothing else: {\"choice\": 1}";
      case FREE ->
          "Where was this photo taken? A model proposes these positions (latitude, longitude), the"
              + " likeliest first; the truth may be another:\n"
              + listed
              + "\nAnswer in degrees, as JSON and nothing else:"
              + " {\"latitude\": 0.0, \"longitude\": 0.0}";
    };
  }

  /**
   * Counts of a judge's decisions, refusals and failures.
   *
   * @param decisions questions with a decision
   * @param undecided questions whose answer held no decision that fits
   * @param refusals questions that the model or a content filter refused
   * @param failures questions without an answer: time-outs, errors of the server, a spent budget
   * @param lastProblem the reason of the last question without a decision; empty if all had one
   */
  public record JudgeCounts(
      int decisions, int undecided, int refusals, int failures, String lastProblem) {

    static final JudgeCounts NONE = new JudgeCounts(0, 0, 0, 0, "");

    /** Returns the number of questions. */
    public int questions() {
      return decisions + undecided + refusals + failures;
    }

    JudgeCounts decided() {
      return new JudgeCounts(decisions + 1, undecided, refusals, failures, lastProblem);
    }

    JudgeCounts undecided(String problem) {
      return new JudgeCounts(decisions, undecided + 1, refusals, failures, problem);
    }

    JudgeCounts refused(String problem) {
      return new JudgeCounts(decisions, undecided, refusals + 1, failures, problem);
    }

    JudgeCounts failed(String problem) {
      return new JudgeCounts(decisions, undecided, refusals, failures + 1, problem);
    }

    /** Returns the counts in words, with the last problem if there was one. */
    @Override
    public String toString() {
      return "%d questions: %d decisions, %d undecided, %d refusals, %d failures"
              .formatted(questions(), decisions, undecided, refusals, failures)
          + (lastProblem.isEmpty() ? "" : "; the last problem: " + lastProblem);
    }
  }
}
