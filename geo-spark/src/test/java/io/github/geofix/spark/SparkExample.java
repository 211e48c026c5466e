package io.github.geofix.spark;

import io.github.geofix.core.abstention.AnswerRule;
import io.github.geofix.core.index.EmbeddingIndex;
import io.github.geofix.eval.Drift;
import io.github.geofix.eval.RetrievalEvaluator.HitTally;
import java.time.Duration;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Locates the photos of a folder on Spark, and searches each among all of them. */
final class SparkExample {
  private SparkExample() {}

  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().getOrCreate();
    String folder = args[0];

    SparkGeo geo = SparkGeo.of(spark);
    SparkGeo.Model model = SparkGeo.Model.of(folder + "/model");
    geo.writeSorted(geo.locate(geo.photos(folder + "/photos.csv"), model), folder + "/located");
    Dataset<Row> answers = spark.read().parquet(folder + "/located");
    System.out.println(geo.evaluate(answers));

    Optional<Drift.OfVectors> ofVectors =
        geo.vectorDrift(geo.photos(folder + "/photos.csv"), model);
    for (AnswerRule rule : geo.answerRules(model).rules()) {
      geo.scoreDrift(answers, rule)
          .map(drift -> ofVectors.map(drift::withVectors).orElse(drift))
          .filter(Drift::isAlarm)
          .ifPresent(alarm -> System.out.println(alarm.warning()));
    }

    geo.writeSorted(geo.embed(geo.photos(folder + "/photos.csv"), model), folder + "/vectors");
    Dataset<Row> vectors = spark.read().parquet(folder + "/vectors");
    ShardedIndex index =
        geo.buildIndex(vectors, folder + "/index", EmbeddingIndex.Options.defaults(), 1_000_000);
    Dataset<Row> queries = vectors.join(answers.select("image", "candidates"), "image");
    Dataset<Row> hits = index.search(queries, ShardedIndex.Search.nearest(3).nearCandidates(2500));
    HitTally.Summary recall = geo.recallWithin(25, hits, queries, 1, 3);
    int deleted = index.vacuum(Duration.ofDays(7));
    System.out.println(hits.count() + " neighbors, " + recall + ", " + deleted + " files deleted");
  }
}
