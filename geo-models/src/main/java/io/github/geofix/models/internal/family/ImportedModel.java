package io.github.geofix.models.internal.family;

import io.github.geofix.models.GeoModel.AnswerOptions;
import io.github.geofix.models.Release;
import io.github.geofix.models.nn.Module;
import io.github.geofix.models.weights.ImportReport;
import java.util.Map;
import java.util.function.Supplier;

/** A model of a release that answers, can be calibrated, and is not trained here. */
public abstract class ImportedModel extends UntrainedModel {

  /**
   * Creates a model whose parameters have no values yet.
   *
   * @param method the family's name
   */
  protected ImportedModel(String method, Module network, AnswerOptions answerOptions) {
    super(method, network, answerOptions);
  }

  @Override
  protected final UnsupportedOperationException untrained() {
    return notTrained(method());
  }

  /**
   * Fills the model with published weights, and closes it if they do not fit.
   *
   * @param fill returns a report for each file
   */
  protected final Release.Imported filled(Supplier<Map<String, ImportReport>> fill) {
    try {
      return new Release.Imported(this, fill.get());
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Returns what is thrown where a model of such a family is to be trained. */
  public static UnsupportedOperationException notTrained(String method) {
    return new UnsupportedOperationException(
        "models of %s are imported, not trained: by geofix import --release, or --method for files of other models"
            .formatted(method));
  }
}
