package io.github.geofix.train.internal.data;

import com.google.common.geometry.S2ClosestPointQuery;
import com.google.common.geometry.S2LatLng;
import com.google.common.geometry.S2Point;
import com.google.common.geometry.S2PointIndex;
import io.github.geofix.core.geodesy.LatLng;
import java.util.List;

/** For each location, the others nearest by along great circles. */
final class NearestLocations {
  private NearestLocations() {}

  /**
   * Returns the indexes of the nearest other locations, nearest first, equally far ones in any
   * order. Takes near-linear time while no location occurs very often, and O(N) memory beside the
   * result.
   *
   * @param count most neighbors of each location
   */
  static int[][] of(List<LatLng> locations, int count) {
    S2PointIndex<Integer> index = new S2PointIndex<>();
    S2Point[] points = new S2Point[locations.size()];
    for (int i = 0; i < points.length; i++) {
      LatLng location = locations.get(i);
      points[i] = S2LatLng.fromDegrees(location.latitude(), location.longitude()).toPoint();
      index.add(points[i], i);
    }
    S2ClosestPointQuery<Integer> query = new S2ClosestPointQuery<>(index);
    // One more than asked for, as the location itself may be among them.
    query.setMaxPoints(count + 1);
    int[][] nearest = new int[points.length][];
    for (int i = 0; i < points.length; i++) {
      int own = i;
      nearest[i] =
          query.findClosestPoints(points[i]).stream()
              .mapToInt(found -> found.entry().data())
              .filter(other -> other != own)
              .limit(count)
              .toArray();
    }
    return nearest;
  }
}
