package io.github.geofix.judge;

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
