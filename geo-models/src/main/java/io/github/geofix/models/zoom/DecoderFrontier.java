package io.github.geofix.models.zoom;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.geofix.core.cell.CellPath;
import io.github.geofix.models.internal.zoom.ZoomDecoder;
import io.github.geofix.models.nn.Forward;
import java.util.List;

/** The frontier of a {@link ZoomDecoder}, with its key-value cache. */
record DecoderFrontier(ZoomDecoder decoder, ZoomSearch.Views views, ZoomDecoder.Step step)
    implements ZoomSearch.Frontier {
  /** Returns the frontier of the root view. */
  static DecoderFrontier atRoot(ZoomDecoder decoder, NDArray ground, ZoomSearch.Views views) {
    NDArray root = views.of(List.of(CellPath.ROOT));
    return new DecoderFrontier(decoder, views, decoder.start(Forward.INFERENCE, ground, root));
  }

  @Override
  public NDArray scores() {
    return step.logits().logSoftmax(-1);
  }

  @Override
  public DecoderFrontier into(long[] rows, long[] children, List<CellPath> paths) {
    NDManager manager = step.logits().getManager();
    ZoomDecoder.Step next =
        decoder.next(
            Forward.INFERENCE,
            step.rows(manager.create(rows)),
            manager.create(children),
            views.of(paths));
    return new DecoderFrontier(decoder, views, next);
  }
}
