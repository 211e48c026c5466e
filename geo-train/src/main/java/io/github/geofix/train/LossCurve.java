package io.github.geofix.train;

import io.github.geofix.core.io.AtomicFiles;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import javax.imageio.ImageIO;

/** Draws the loss of a run over its steps. */
final class LossCurve {
  private static final int WIDTH = 960;
  private static final int HEIGHT = 540;
  private static final int LEFT = 70;
  private static final int RIGHT = 20;
  private static final int TOP = 40;
  private static final int BOTTOM = 50;
  private static final int GRID_LINES = 5;

  // Okabe and Ito's colors, told apart by color-blind readers too.
  private static final Color TRAINING = new Color(0x0072B2);
  private static final Color VALIDATION = new Color(0xD55E00);
  private static final Color GRID = new Color(0xDDDDDD);
  private static final Color TEXT = new Color(0x333333);

  private final List<MetricsFile.Row> rows;
  private final double lastStep;
  private final double low;
  private final double high;

  private LossCurve(List<MetricsFile.Row> rows) {
    this.rows = rows;
    lastStep = rows.get(rows.size() - 1).step();
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (MetricsFile.Row row : rows) {
      for (double loss : new double[] {row.loss(), row.validationLoss()}) {
        if (Double.isFinite(loss)) {
          least = Math.min(least, loss);
          most = Math.max(most, loss);
        }
      }
    }
    low = least;
    high = most > least ? most : least + 1;
  }

  /** Writes a PNG, unless there is nothing to draw yet. */
  static void write(Path file, List<MetricsFile.Row> rows) {
    if (rows.isEmpty()) {
      return;
    }
    BufferedImage image = new LossCurve(rows).draw();
    AtomicFiles.write(file, temporary -> ImageIO.write(image, "png", temporary.toFile()));
  }

  private BufferedImage draw() {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, WIDTH, HEIGHT);
    g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
    for (int i = 0; i <= GRID_LINES; i++) {
      double loss = low + (high - low) * i / GRID_LINES;
      int y = (int) Math.round(y(loss));
      g.setColor(GRID);
      g.drawLine(LEFT, y, WIDTH - RIGHT, y);
      g.setColor(TEXT);
      g.drawString(String.format(Locale.ROOT, "%.3g", loss), 14, y + 5);
      long step = Math.round(lastStep * i / GRID_LINES);
      String label = Long.toString(step);
      int labelWidth = g.getFontMetrics().stringWidth(label);
      g.drawString(
          label,
          (int) Math.min(x((double) step) - labelWidth / 2.0, WIDTH - labelWidth - 4),
          HEIGHT - 28);
    }
    g.drawString("step", (WIDTH + LEFT) / 2, HEIGHT - 8);
    g.setStroke(new BasicStroke(2));
    g.setColor(TRAINING);
    g.drawString("training loss", LEFT, 24);
    draw(g, MetricsFile.Row::loss);
    if (rows.stream().anyMatch(row -> !Double.isNaN(row.validationLoss()))) {
      g.setColor(VALIDATION);
      g.drawString("validation loss", LEFT + 130, 24);
      draw(g, MetricsFile.Row::validationLoss);
    }
    g.dispose();
    return image;
  }

  private void draw(Graphics2D g, ToDoubleFunction<MetricsFile.Row> value) {
    Path2D line = new Path2D.Double();
    for (MetricsFile.Row row : rows) {
      double loss = value.applyAsDouble(row);
      if (Double.isNaN(loss)) {
        continue;
      }
      if (line.getCurrentPoint() == null) {
        line.moveTo(x((double) row.step()), y(loss));
      } else {
        line.lineTo(x((double) row.step()), y(loss));
      }
    }
    g.draw(line);
  }

  private double x(double step) {
    return LEFT + step / lastStep * (WIDTH - LEFT - RIGHT);
  }

  private double y(double loss) {
    return HEIGHT - BOTTOM - (loss - low) / (high - low) * (HEIGHT - TOP - BOTTOM);
  }
}
