package consumer;

import io.github.geofix.spark.SparkGeo;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Locates photos on Spark: MODEL PHOTOS OUT. */
public final class SparkApp {
  private SparkApp() {}

  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().appName("locate photos").getOrCreate();
    SparkGeo geo = SparkGeo.of(spark);
    Dataset<Row> photos = geo.photos(args[1]);
    geo.writeSorted(geo.locate(photos, SparkGeo.Model.of(args[0])), args[2]);
    Dataset<Row> answers = spark.read().parquet(args[2]);
    long located = answers.filter("guess_latitude is not null").count();
    System.out.println("located " + located + " of " + answers.count() + " photos");
    spark.stop();
  }
}
