package io.github.geofix.models.token;

import io.github.geofix.core.Candidate;
import io.github.geofix.core.Explanation;
import io.github.geofix.core.Localizer;
import io.github.geofix.core.Localizer.PhotoOutcome;
import io.github.geofix.core.Location;
import io.github.geofix.core.Photo;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.core.cell.S2Cell;
import io.github.geofix.core.internal.Interrupts;
import io.github.geofix.core.internal.partition.CellScores;
import io.github.geofix.core.partition.CellPartition;
import io.github.geofix.core.partition.Region;
import io.github.geofix.models.calibration.Calibration;
import io.github.geofix.models.internal.Answer;
import io.github.geofix.models.internal.BatchLocalizer;
import io.github.geofix.models.internal.OutcomeBatches;
import io.github.geofix.models.internal.Within;
import io.github.geofix.models.internal.decode.SearchOutcome;
import io.github.geofix.models.token.Decoding.BeamSearch;
import io.github.geofix.models.token.Selection.DecodedPhoto;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Locates photos by a decoding and a selection. */
record TokenLocalizer(TokenModel model, PhotoReader reader, Decoding decoding, Selection selection)
    implements Localizer {
  private static final int BATCH = 32;

  @Override
  public Photo.Limits photoLimits() {
    return model.photoLimits();
  }

  private TokenPhoto read(Path photo) {
    return reader.read(photo, photoLimits());
  }

  @Override
  public List<Location> locateAll(List<Path> photos) {
    return inBatches(photos, this::read);
  }

  @Override
  public List<Location> locateImages(List<BufferedImage> photos) {
    return inBatches(photos, reader::read);
  }

  @Override
  public void locateEach(List<Path> photos, Consumer<? super PhotoOutcome> action) {
    new OutcomeBatches<>(
            this::read, batch -> batch.size() >= BATCH, this::located, PhotoOutcome.Located::new)
        .locateEach(photos, action);
  }

  private <T> List<Location> inBatches(List<T> photos, Function<T, TokenPhoto> read) {
    List<Location> locations = new ArrayList<>(photos.size());
    for (int start = 0; start < photos.size(); start += BATCH) {
      Interrupts.check(start, photos.size(), "photos");
      int end = Math.min(photos.size(), start + BATCH);
      locations.addAll(located(photos.subList(start, end).stream().map(read).toList()));
    }
    return locations;
  }

  private List<Location> located(List<TokenPhoto> batch) {
    return model.inference().decode(batch, decoding, selection.readsStates()).stream()
        .map(photo -> location(photo, selection, model))
        .toList();
  }

  @Override
  public Location locate(Photo photo) {
    return answer(photo, Explanation.Options.defaults()).location();
  }

  @Override
  public Explanation explain(Photo photo, Explanation.Options options) {
    return answer(photo, options).explained();
  }

  private Answer answer(Photo photo, Explanation.Options options) {
    TokenPhoto read =
        photo.file().isPresent()
            ? read(photo.file().get())
            : reader.read(photo.read(photoLimits()));
    DecodedPhoto decoded = decoded(read, photo.region());
    Location location = Within.location(photo.region(), location(decoded, selection, model));
    return new Answer(
        location,
        () ->
            TokenEvidence.of(
                decoded,
                SearchOutcome.of(decoded.hypotheses(), model.calibration().temperature()),
                options.most()));
  }

  private DecodedPhoto decoded(TokenPhoto photo, Optional<Region> region) {
    boolean withStates = selection.readsStates();
    if (region.isEmpty()) {
      return model.inference().decode(List.of(photo), decoding, withStates).get(0);
    }
    ToDoubleFunction<CellPath> shares =
        Within.shares(region.get(), path -> new S2Cell(model.tokenizer().cellOf(path.toArray())));
    return model
        .inference()
        .decode(
            List.of(photo),
            (network, memory) ->
                decoding instanceof BeamSearch search
                    ? search.decode(network, memory, Within.penalty(shares))
                    : decoding.decode(network, memory),
            withStates)
        .get(0)
        .within(shares, model.calibration().temperature());
  }

  static Location location(DecodedPhoto photo, Selection selection, TokenModel model) {
    Calibration calibration = model.calibration();
    SearchOutcome outcome = SearchOutcome.of(photo.hypotheses(), calibration.temperature());
    CellScores.Disjoint s2 = onS2(photo, outcome);
    List<Candidate> candidates =
        Arrays.stream(outcome.best(model.answerOptions().candidates()))
            .mapToObj(i -> Candidate.of(new S2Cell(id(photo, outcome, i)), outcome.shares()[i]))
            .toList();
    return new Location(
        selection.choose(photo),
        candidates,
        BatchLocalizer.regions(s2.cells(), s2.scores(), calibration));
  }

  /** Returns the shares of the score in the order of S2 cells. */
  static CellScores.Disjoint onS2(DecodedPhoto photo, SearchOutcome outcome) {
    long[] ids =
        IntStream.range(0, outcome.shares().length).mapToLong(i -> id(photo, outcome, i)).toArray();
    CellPartition cells = CellPartition.ofCellIds(ids);
    double[] scores = new double[ids.length];
    for (int i = 0; i < ids.length; i++) {
      scores[cells.labelOfCell(ids[i])] = outcome.shares()[i];
    }
    return new CellScores.Disjoint(cells, scores);
  }

  private static long id(DecodedPhoto photo, SearchOutcome outcome, int index) {
    return photo.tokenizer().cellOf(outcome.cells().get(index).toArray());
  }

  /** Closes nothing: the arrays belong to the model. */
  @Override
  public void close() {}
}
