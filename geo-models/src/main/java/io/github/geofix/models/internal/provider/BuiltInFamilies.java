package io.github.geofix.models.internal.provider;

import io.github.geofix.models.Family;
import io.github.geofix.models.embed.EmbedModel;
import io.github.geofix.models.gallery.GalleryModel;
import io.github.geofix.models.geoclip.GeoClipModel;
import io.github.geofix.models.internal.encoder.EncoderModel;
import io.github.geofix.models.internal.osv5m.Osv5mModel;
import io.github.geofix.models.plonk.PlonkModel;
import io.github.geofix.models.recombine.RecombineModel;
import io.github.geofix.models.token.TokenModel;
import io.github.geofix.models.zoom.ZoomModel;
import java.util.List;

/** The families of this library. */
public final class BuiltInFamilies implements Family.Provider {

  /** Creates the provider; called by {@link java.util.ServiceLoader}. */
  public BuiltInFamilies() {}

  @Override
  public List<Family> families() {
    return List.of(
        EmbedModel.family(),
        EncoderModel.family(),
        GalleryModel.family(),
        RecombineModel.family(),
        TokenModel.family(),
        ZoomModel.family(),
        GeoClipModel.family(),
        Osv5mModel.family(),
        PlonkModel.family());
  }
}
