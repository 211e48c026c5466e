package io.github.geofix.core;

/**
 * A location and the evidence for it.
 *
 * @param location the answer, that of {@link Localizer#locate(Photo)}
 * @param explanation the evidence
 */
public record ExplainedLocation(Location location, Explanation explanation) {}
