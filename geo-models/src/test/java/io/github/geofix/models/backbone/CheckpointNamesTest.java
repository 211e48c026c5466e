package io.github.geofix.models.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.geofix.models.internal.backbone.ClipVit;
import io.github.geofix.models.internal.backbone.ConvNeXt;
import io.github.geofix.models.internal.backbone.DinoV2;
import io.github.geofix.models.weights.RenameTable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One name of each kind from the published checkpoints. */
class CheckpointNamesTest {

  @ParameterizedTest
  @CsvSource({
    "stem.0.weight,downsample_layers.0.0.weight",
    "stem.1.bias,downsample_layers.0.1.bias",
    "stages.1.downsample.0.weight,downsample_layers.1.0.weight",
    "stages.3.downsample.1.bias,downsample_layers.3.1.bias",
    "stages.2.blocks.26.conv_dw.weight,stages.2.26.dwconv.weight",
    "stages.2.blocks.26.norm.bias,stages.2.26.norm.bias",
    "stages.2.blocks.26.mlp.fc1.weight,stages.2.26.pwconv1.weight",
    "stages.2.blocks.26.mlp.fc2.bias,stages.2.26.pwconv2.bias",
    "stages.2.blocks.26.gamma,stages.2.26.gamma",
    "head.norm.weight,norm.weight",
    "head.fc.weight,",
  })
  void convNeXtInTimm(String theirs, @Nullable String ours) {
    check(ConvNeXt.timmNames(), theirs, ours);
  }

  @ParameterizedTest
  @CsvSource({
    "convnext.embeddings.patch_embeddings.weight,downsample_layers.0.0.weight",
    "embeddings.layernorm.bias,downsample_layers.0.1.bias",
    "convnext.encoder.stages.1.downsampling_layer.0.weight,downsample_layers.1.0.weight",
    "convnext.encoder.stages.0.layers.2.layer_scale_parameter,stages.0.2.gamma",
    "convnext.encoder.stages.0.layers.2.dwconv.weight,stages.0.2.dwconv.weight",
    "convnext.encoder.stages.0.layers.2.layernorm.weight,stages.0.2.norm.weight",
    "encoder.stages.0.layers.2.pwconv2.bias,stages.0.2.pwconv2.bias",
    "convnext.layernorm.weight,norm.weight",
    "classifier.weight,",
  })
  void convNeXtInHuggingFace(String theirs, @Nullable String ours) {
    check(ConvNeXt.huggingFaceNames(), theirs, ours);
  }

  @ParameterizedTest
  @CsvSource({
    "visual.class_embedding,cls_token",
    "visual.positional_embedding,pos_embed",
    "visual.conv1.weight,patch_embed.proj.weight",
    "visual.ln_pre.weight,norm_pre.weight",
    "visual.transformer.resblocks.11.ln_2.bias,blocks.11.norm2.bias",
    "visual.transformer.resblocks.11.attn.in_proj_weight,blocks.11.attn.qkv.weight",
    "visual.ln_post.bias,norm.bias",
    "visual.proj,head.weight",
    "positional_embedding,",
    "transformer.resblocks.0.ln_1.weight,",
    "token_embedding.weight,",
    "logit_scale,",
  })
  void clipInOpenAi(String theirs, @Nullable String ours) {
    check(ClipVit.openAiNames(), theirs, ours);
  }

  @ParameterizedTest
  @CsvSource({
    "vision_model.embeddings.class_embedding,cls_token",
    "vision_model.embeddings.position_embedding.weight,pos_embed",
    "vision_model.embeddings.position_ids,",
    "vision_model.embeddings.patch_embedding.weight,patch_embed.proj.weight",
    "vision_model.pre_layrnorm.weight,norm_pre.weight",
    "vision_model.encoder.layers.23.layer_norm1.weight,blocks.23.norm1.weight",
    "vision_model.encoder.layers.23.self_attn.k_proj.bias,blocks.23.attn.qkv.bias",
    "vision_model.encoder.layers.23.self_attn.out_proj.weight,blocks.23.attn.proj.weight",
    "vision_model.encoder.layers.23.mlp.fc2.weight,blocks.23.mlp.fc2.weight",
    "vision_model.post_layernorm.weight,norm.weight",
    "visual_projection.weight,head.weight",
    "text_model.encoder.layers.0.mlp.fc1.bias,",
    "text_projection.weight,",
    "logit_scale,",
  })
  void clipInHuggingFace(String theirs, @Nullable String ours) {
    check(ClipVit.huggingFaceNames(), theirs, ours);
  }

  @ParameterizedTest
  @CsvSource({
    "embeddings.cls_token,cls_token",
    "dinov2.embeddings.mask_token,",
    "embeddings.position_embeddings,pos_embed",
    "embeddings.patch_embeddings.projection.bias,patch_embed.proj.bias",
    "encoder.layer.11.norm1.weight,blocks.11.norm1.weight",
    "encoder.layer.11.attention.attention.query.weight,blocks.11.attn.qkv.weight",
    "encoder.layer.11.attention.attention.value.bias,blocks.11.attn.qkv.bias",
    "encoder.layer.11.attention.output.dense.weight,blocks.11.attn.proj.weight",
    "encoder.layer.11.layer_scale2.lambda1,blocks.11.ls2.gamma",
    "encoder.layer.11.mlp.fc1.bias,blocks.11.mlp.fc1.bias",
    "layernorm.weight,norm.weight",
  })
  void dinoV2InHuggingFace(String theirs, @Nullable String ours) {
    check(DinoV2.huggingFaceNames(), theirs, ours);
  }

  private static void check(RenameTable names, String theirs, @Nullable String ours) {
    assertThat(names.target(theirs).map(RenameTable.Target::name))
        .isEqualTo(Optional.ofNullable(ours));
  }
}
