package io.github.geofix.cli;

import java.util.List;

/**
 * The stages of {@code --then}.
 *
 * @param reward whether the first model selects by its reward scorer
 * @param refining the folders of models, and {@link #JUDGE} where it is between them
 * @param judges whether one of the stages is a judge
 * @param isJudgedAtEnd whether a judge, if there is one, chooses last
 */
record CascadeStages(boolean reward, List<String> refining, boolean judges, boolean isJudgedAtEnd) {
  /** The stage of a judge. */
  static final String JUDGE = "judge";

  /** The stage of a reward scorer. */
  static final String REWARD = "reward";

  /**
   * Returns the stages.
   *
   * @param then folders, {@link #JUDGE} or {@link #REWARD}
   * @throws IllegalArgumentException if the reward scorer is not the first
   */
  static CascadeStages of(List<String> then) {
    boolean reward = !then.isEmpty() && then.get(0).equals(REWARD);
    List<String> rest = then.subList(reward ? 1 : 0, then.size());
    if (rest.contains(REWARD)) {
      throw new IllegalArgumentException(
          "--then reward reads the states of a token model's decoder, so it must be the first"
              + " --then; a folder of this name is ./reward");
    }
    boolean judges = rest.contains(JUDGE);
    boolean endsWithJudge = judges && rest.get(rest.size() - 1).equals(JUDGE);
    List<String> refining = endsWithJudge ? rest.subList(0, rest.size() - 1) : rest;
    return new CascadeStages(reward, refining, judges, endsWithJudge || !judges);
  }

  /** Returns whether the candidates of the first model are refined. */
  boolean refines() {
    return !refining.isEmpty();
  }

  /** Returns whether a judge chooses between the candidates of the first model. */
  boolean isJudgedFirst() {
    return judges && (refining.isEmpty() || refining.get(0).equals(JUDGE));
  }

  /**
   * Checks that the first model can begin these stages.
   *
   * @throws IllegalArgumentException if it has no reward scorer by its kind
   */
  void checkFirst(String method) {
    if (reward && !method.equals("token")) {
      throw new IllegalArgumentException(
          "--then reward reads the states of a token model's decoder, and "
              + method
              + " has none: begin with a token model, or let --then judge choose");
    }
  }
}
