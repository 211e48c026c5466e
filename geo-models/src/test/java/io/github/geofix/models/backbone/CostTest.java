package io.github.geofix.models.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.models.Family;
import io.github.geofix.models.internal.backbone.ClipVit;
import io.github.geofix.models.internal.backbone.ConvNeXt;
import io.github.geofix.models.internal.backbone.DinoV2;
import io.github.geofix.models.nn.Module.Cost;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CostTest {

  /** Table 1 of the paper counts multiply-adds, at 224 pixels. */
  @Test
  void convNextTakesThePublishedOperations() {
    assertThat(flops(new ConvNeXt(ConvNeXt.Options.tiny()))).isCloseTo(4.5, within(0.05));
    assertThat(flops(new ConvNeXt(ConvNeXt.Options.small()))).isCloseTo(8.7, within(0.05));
    assertThat(flops(new ConvNeXt(ConvNeXt.Options.base()))).isCloseTo(15.4, within(0.05));
  }

  private static double flops(Backbone net) {
    return net.cost().orElseThrow().flops() / 2e9;
  }

  /** Every matrix meets every token, and every token every other, twice. */
  @Test
  void transformersTakeTheirMatricesTimesTheirTokens() {
    ClipVit clip = new ClipVit(ClipVit.Options.l14At336());
    DinoV2 dino = new DinoV2(DinoV2.Options.b14());
    for (Backbone net : new Backbone[] {clip, dino}) {
      int side = net.image().height() / 14;
      long tokens = 1 + (long) side * side;
      long weights =
          net.parameters().entrySet().stream()
              .filter(entry -> entry.getKey().matches("blocks.*(attn|mlp).*weight"))
              .mapToLong(entry -> entry.getValue().size())
              .sum();
      double attention = 2.0 * tokens * tokens * net.width() * net.blocks();
      double expected = tokens * weights + attention;
      assertThat(flops(net)).isCloseTo(expected / 1e9, within(0.01 * expected / 1e9));
    }
  }

  @Test
  void frozenBlocksKeepNothing() {
    ClipVit net = new ClipVit(ClipVit.Options.b32());
    long all = net.cost().orElseThrow().trainingBytes();
    net.trainLast(3);
    assertThat(net.cost().orElseThrow().trainingBytes()).isEqualTo(all / 4);
    net.trainLast(0);
    assertThat(net.cost().orElseThrow().trainingBytes()).isZero();
  }

  @Test
  void everyPartThatAFamilyNamesIsThere() {
    for (String method : new String[] {"embed", "token", "zoom", "recombine"}) {
      Family family = Family.named(method);
      for (String size : family.sizes()) {
        Family.Reads reads = family.reads(family.config(size, Map.of()));
        assertThat(reads.located()).as("%s %s", method, size).isNotEmpty();
        reads.located().keySet().forEach(part -> family.network(size, Map.of()).part(part));
        reads.trained().keySet().forEach(part -> family.network(size, Map.of()).part(part));
      }
    }
    Family zoom = Family.named("zoom");
    // Two squares of the photo; the root view and three steps of one view, or of 16.
    assertThat(zoom.reads(zoom.config("paper", Map.of())).located()).containsValue(2 + 4);
    assertThat(zoom.reads(zoom.config("paper", Map.of("search.beamWidth", "16"))).located())
        .containsValue(2 + 1 + 3 * 16);
    Cost token = Family.named("token").network("paper", Map.of()).cost().orElseThrow();
    assertThat(token.flops()).isPositive();
  }
}
