package io.github.geofix.core.geodesy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.geofix.core.internal.geodesy.WeightedPoints;
import io.github.geofix.core.internal.geodesy.WeightedPoints.Cluster;
import java.util.List;
import org.junit.jupiter.api.Test;

class WeightedPointsClustersTest {

  @Test
  void givesThePlaceOfTheMostWeightFirst() {
    List<LatLng> votes =
        List.of(new LatLng(10, 10), new LatLng(0, 179.9999), new LatLng(0, -179.9999));
    List<Cluster> places = clusters(votes, new double[] {0.5, 0.3, 0.3}, 0.1);
    assertThat(places).hasSize(2);
    assertThat(places.get(0).weight()).isCloseTo(0.6, within(1e-12));
    assertThat(GreatCircle.distanceKm(places.get(0).latLng(), new LatLng(0, 180))).isLessThan(1e-6);
    assertThat(places.get(1).latLng().latitude()).isCloseTo(10, within(1e-9));
  }

  @Test
  void weighsTheVotesOfAPlace() {
    List<LatLng> votes = List.of(new LatLng(0, 0), new LatLng(0, 0.0003));
    List<Cluster> places = clusters(votes, new double[] {2, 1}, 0.1);
    assertThat(places).hasSize(1);
    assertThat(places.get(0).latLng().longitude()).isCloseTo(0.0001, within(1e-9));
    assertThat(places.get(0).weight()).isEqualTo(3);
  }

  @Test
  void takesEqualPositionsAloneWithoutADistance() {
    LatLng twice = new LatLng(5, 5);
    List<LatLng> votes = List.of(new LatLng(5, 5.0001), twice, twice);
    List<Cluster> places = clusters(votes, new double[] {1, 1, 1}, 0);
    assertThat(places).hasSize(2);
    assertThat(places.get(0).weight()).isCloseTo(2, within(1e-12));
  }

  @Test
  void ignoresVotesWithoutWeight() {
    List<LatLng> votes = List.of(new LatLng(5, 5), new LatLng(6, 6));
    assertThat(clusters(votes, new double[] {1, 0}, 0.1)).hasSize(1);
  }

  private static List<Cluster> clusters(List<LatLng> points, double[] weights, double radiusKm) {
    return WeightedPoints.of(points, weights).clusters(radiusKm);
  }
}
