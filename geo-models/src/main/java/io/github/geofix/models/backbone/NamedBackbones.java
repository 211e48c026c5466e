package io.github.geofix.models.backbone;

import io.github.geofix.models.image.ImageSpec;
import io.github.geofix.models.internal.backbone.ClipVit;
import io.github.geofix.models.internal.backbone.ConvNeXt;
import io.github.geofix.models.internal.backbone.DinoV2;
import io.github.geofix.models.internal.backbone.MegaLoc;
import io.github.geofix.models.internal.backbone.ResidualEncoder;
import io.github.geofix.models.internal.io.NamedClass;
import io.github.geofix.models.nn.Activation;
import java.util.List;

/** The backbones that a configuration can name. */
final class NamedBackbones {

  /** Smallest first within each kind. */
  static final List<String> NAMES =
      List.of(
          "residual-small",
          "residual",
          "convnext-atto",
          "convnext-tiny",
          "convnext-small",
          "convnext-base",
          "dinov2-s14",
          "dinov2-b14",
          "dinov2-l14",
          "dinov2-s14-hub",
          "dinov2-b14-hub",
          "dinov2-l14-hub",
          "dinov2-s14-reg",
          "dinov2-b14-reg",
          "dinov2-l14-reg",
          "clip-vit-b32",
          "clip-vit-b16",
          "clip-vit-l14",
          "clip-vit-l14-336",
          "openclip-vit-b32",
          "openclip-vit-b16",
          "openclip-vit-l14",
          "megaloc-tiny",
          "megaloc");

  private NamedBackbones() {}

  /** Creates a backbone for images of the published size. */
  static Backbone create(String name) {
    if (name.startsWith("megaloc")) {
      return create(name, MegaLoc.publishedImage());
    }
    int side =
        switch (name) {
          case "dinov2-s14", "dinov2-b14", "dinov2-l14" -> 518;
          case "clip-vit-l14-336" -> 336;
          default -> 224;
        };
    return create(name, ImageSpec.imageNet(side));
  }

  static Backbone create(String name, ImageSpec image) {
    Backbone backbone = make(name, image);
    int height = backbone.image().height();
    int width = backbone.image().width();
    if (backbone.featureMapSize(height) < 1 || backbone.featureMapSize(width) < 1) {
      throw new IllegalArgumentException(
          "images of %d x %d pixels are too small for %s: it makes no part of them"
              .formatted(height, width, name));
    }
    return backbone;
  }

  private static Backbone make(String name, ImageSpec image) {
    return switch (name) {
      case "residual-small" -> new ResidualEncoder(image, 16, 32, 64);
      case "residual" -> new ResidualEncoder(image);
      case "convnext-atto" -> new ConvNeXt(ConvNeXt.Options.atto().withImage(image));
      case "convnext-tiny" -> new ConvNeXt(ConvNeXt.Options.tiny().withImage(image));
      case "convnext-small" -> new ConvNeXt(ConvNeXt.Options.small().withImage(image));
      case "convnext-base" -> new ConvNeXt(ConvNeXt.Options.base().withImage(image));
      case "dinov2-s14" -> new DinoV2(DinoV2.Options.s14().withImage(image));
      case "dinov2-b14" -> new DinoV2(DinoV2.Options.b14().withImage(image));
      case "dinov2-l14" -> new DinoV2(DinoV2.Options.l14().withImage(image));
      case "dinov2-s14-hub" -> dino(DinoV2.Options.s14(), DinoV2.Variant.HUB, image);
      case "dinov2-b14-hub" -> dino(DinoV2.Options.b14(), DinoV2.Variant.HUB, image);
      case "dinov2-l14-hub" -> dino(DinoV2.Options.l14(), DinoV2.Variant.HUB, image);
      case "dinov2-s14-reg" -> dino(DinoV2.Options.s14(), DinoV2.Variant.REGISTERS, image);
      case "dinov2-b14-reg" -> dino(DinoV2.Options.b14(), DinoV2.Variant.REGISTERS, image);
      case "dinov2-l14-reg" -> dino(DinoV2.Options.l14(), DinoV2.Variant.REGISTERS, image);
      case "clip-vit-b32" -> clip(ClipVit.Options.b32(), Activation.QUICK_GELU, image);
      case "clip-vit-b16" -> clip(ClipVit.Options.b16(), Activation.QUICK_GELU, image);
      case "clip-vit-l14", "clip-vit-l14-336" ->
          clip(ClipVit.Options.l14(), Activation.QUICK_GELU, image);
      case "openclip-vit-b32" -> clip(ClipVit.Options.b32(), Activation.GELU, image);
      case "openclip-vit-b16" -> clip(ClipVit.Options.b16(), Activation.GELU, image);
      case "openclip-vit-l14" -> clip(ClipVit.Options.l14(), Activation.GELU, image);
      case "megaloc-tiny" -> MegaLoc.tiny(image);
      case "megaloc" -> MegaLoc.published(image);
      default -> ofClass(name);
    };
  }

  private static Backbone dino(DinoV2.Options options, DinoV2.Variant variant, ImageSpec image) {
    return new DinoV2(options.withVariant(variant).withImage(image));
  }

  private static Backbone clip(ClipVit.Options options, Activation activation, ImageSpec image) {
    return new ClipVit(options.withActivation(activation).withImage(image));
  }

  private static Backbone ofClass(String name) {
    if (NamedClass.isClassName(name)) {
      return NamedClass.create(name, Backbone.class);
    }
    throw new IllegalArgumentException(
        "no backbone "
            + name
            + "; there are "
            + String.join(", ", NAMES)
            + ", and full names of classes of your own");
  }
}
