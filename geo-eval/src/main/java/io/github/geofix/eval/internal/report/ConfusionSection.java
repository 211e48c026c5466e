package io.github.geofix.eval.internal.report;

import static j2html.TagCreator.each;
import static j2html.TagCreator.tbody;
import static j2html.TagCreator.td;
import static j2html.TagCreator.th;
import static j2html.TagCreator.thead;
import static j2html.TagCreator.tr;

import io.github.geofix.eval.PhotoReport.Confusion;
import j2html.TagCreator;
import j2html.tags.DomContent;
import j2html.tags.specialized.TdTag;
import j2html.tags.specialized.TrTag;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The confusion matrix of regions: photos by true region and predicted region. */
final class ConfusionSection extends ReportSection {
  private final Confusion confusion;

  ConfusionSection(String title, String note, Confusion confusion) {
    super(title, note);
    this.confusion = confusion;
  }

  @Override
  DomContent content(String id) {
    List<String> regions = confusion.regions();
    return Html.scrollable(
        TagCreator.table(
                thead(
                    tr(
                        th("taken\u00A0in\u00A0↓ placed\u00A0in\u00A0→").attr("scope", "col"),
                        each(regions, region -> th(region).attr("scope", "col")))),
                tbody(
                    each(
                        IntStream.range(0, regions.size()).boxed().toList(),
                        region -> row(regions.get(region), confusion.counts().get(region)))))
            .withClass("confusion"),
        title());
  }

  private static TrTag row(String region, List<Integer> counts) {
    int photos = counts.stream().mapToInt(Integer::intValue).sum();
    return tr(th(region).attr("scope", "row"), each(counts, count -> cell(count, photos)));
  }

  private static TdTag cell(int count, int photosOfRegion) {
    double share = photosOfRegion == 0 ? 0 : (double) count / photosOfRegion;
    return td(count == 0 ? "·" : String.valueOf(count))
        .attr("style", String.format(Locale.ROOT, "--share:%.3f", share))
        .withTitle(Html.percent(share) + " % of the photos taken there");
  }
}
