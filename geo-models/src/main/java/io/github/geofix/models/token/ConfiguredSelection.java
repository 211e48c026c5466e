package io.github.geofix.models.token;

import io.github.geofix.core.geodesy.LatLng;
import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.token.Selection.DecodedPhoto;
import io.github.geofix.models.token.TokenConfig.SelectionRule;
import java.util.function.Supplier;

/** The selection that a configuration describes, with the present answer options of its model. */
final class ConfiguredSelection implements Selection {
  private final SelectionRule rule;
  private final Supplier<AnswerOptions> answer;
  private final Selection reward;

  /**
   * Creates a selection.
   *
   * @param reward used by the rules that read states
   */
  ConfiguredSelection(SelectionRule rule, Supplier<AnswerOptions> answer, Selection reward) {
    this.rule = rule;
    this.answer = answer;
    this.reward = reward;
  }

  @Override
  public boolean readsStates() {
    return rule.readsStates();
  }

  @Override
  public LatLng choose(DecodedPhoto photo) {
    double meanKm = answer.get().meanKm();
    if (meanKm == 0) {
      return switch (rule) {
        case MOST_PROBABLE, DENSITY, NEAR_NEIGHBORS -> Selection.mostProbable().choose(photo);
        case MEDOID -> Selection.medoid().choose(photo);
        case REWARD, REWARD_AS_PUBLISHED -> reward.choose(photo);
      };
    }
    return switch (rule) {
      case DENSITY -> Selection.density(meanKm).choose(photo);
      case NEAR_NEIGHBORS -> Selection.nearNeighbors(meanKm).choose(photo);
      case MOST_PROBABLE -> meanAround(Selection.mostProbable(), photo, meanKm);
      case MEDOID -> meanAround(Selection.medoid(), photo, meanKm);
      case REWARD, REWARD_AS_PUBLISHED -> meanAround(reward, photo, meanKm);
    };
  }

  private static LatLng meanAround(Selection best, DecodedPhoto photo, double meanKm) {
    return photo.points().meanAround(best.choose(photo), meanKm);
  }
}
