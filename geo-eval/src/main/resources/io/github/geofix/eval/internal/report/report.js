'use strict';
(() => {
  const world = document.getElementById('world');
  // World units: 360 by 180, so that one unit is one degree.
  const projection = d3.geoEquirectangular().scale(180 / Math.PI).translate([180, 90]).precision(0.1);
  // A millionth of a degree is 0.1 m.
  const path = d3.geoPath(projection).digits(6);
  const percent = share => (100 * share).toFixed(1) + ' %';
  const distance = km => km < 1 ? Math.round(1000 * km) + ' m'
    : km < 10 && km !== Math.round(km) ? km.toFixed(1) + ' km' : d3.format(',.0f')(km).replace(',', '\u202f') + ' km';

  function drawEarth(parent) {
    if (world) {
      parent.append('image').attr('href', world.src).attr('width', 360).attr('height', 180)
        .attr('preserveAspectRatio', 'none');
    }
    parent.append('path').attr('class', 'graticule').attr('d', path(d3.geoGraticule().step([30, 30])()));
  }

  /** The smaller of the two pieces of the sphere that an outline bounds. */
  function polygon(outline) {
    const ring = outline.concat([outline[0]]);
    const shape = {type: 'Polygon', coordinates: [ring]};
    // d3 takes a ring's inside to be on its right.
    return d3.geoArea(shape) > 2 * Math.PI ? {type: 'Polygon', coordinates: [ring.slice().reverse()]} : shape;
  }

  /** Draws now, and again whenever the width changes. */
  function onWidth(element, draw) {
    let last = Math.round(element.clientWidth);
    if (last > 0) draw(last);
    new ResizeObserver(() => {
      const width = Math.round(element.clientWidth);
      if (width > 0 && width !== last) {
        last = width;
        // Drawing changes the height: not while the browser is still reporting sizes.
        requestAnimationFrame(() => draw(width));
      }
    }).observe(element);
  }

  /** The color and the dashes of a system's line. */
  const colour = i => `var(--s${i % 8})`;
  const dash = ['', '7 4', '2 4', '9 3 2 3', '12 4', '4 2', '1 3', '6 2 1 2'];

  function curves(plot, data) {
    // Over distances in km, or over ranks.
    const km = data.unit === 'km';
    const name = km ? distance : rank => d3.format(',')(rank).replaceAll(',', '\u202f');
    const within = value => km ? 'within ' + distance(value) : 'among the best ' + name(value);
    const hidden = new Set();
    const readout = d3.select(plot).append('div').attr('class', 'readout');
    const at = readout.append('span').attr('class', 'at');
    const buttons = readout.selectAll('button').data(data.systems).join('button')
      .attr('type', 'button').attr('aria-pressed', 'true')
      .on('click', function (event, system) {
        hidden.has(system.name) ? hidden.delete(system.name) : hidden.add(system.name);
        this.setAttribute('aria-pressed', String(!hidden.has(system.name)));
        redraw();
      });
    buttons.append('span').attr('class', 'line-key')
      .style('border-top-color', (s, i) => colour(i))
      .style('border-top-style', (s, i) => dash[i % 8] ? 'dashed' : 'solid');
    buttons.append('span').text(s => s.name);
    const values = buttons.append('b');
    const holder = d3.select(plot).append('div');
    let index = d3.bisectLeft(data.x, data.limits[Math.floor(data.limits.length / 2)] ?? data.x[0]);
    let redraw = () => {};

    onWidth(plot, width => {
      const narrow = width < 520;
      const height = narrow ? 280 : 380;
      const margin = {top: 26, right: 14, bottom: 42, left: 44};
      const x = d3.scaleLog([data.x[0], data.x[data.x.length - 1]], [margin.left, width - margin.right]);
      const y = d3.scaleLinear([0, 1], [height - margin.bottom, margin.top]);
      redraw = () => {
        const focused = holder.node().contains(document.activeElement);
        holder.selectAll('*').remove();
        const svg = holder.append('svg').attr('viewBox', [0, 0, width, height])
          .attr('tabindex', 0).attr('role', 'slider').attr('aria-label', km ? 'Distance on the error curve' : 'Rank on the recall curve')
          .attr('aria-valuemin', 0).attr('aria-valuemax', data.x.length - 1);
        const ticks = y.ticks(5);
        svg.append('g').attr('class', 'grid').selectAll('line').data(ticks).join('line')
          .attr('x1', margin.left).attr('x2', width - margin.right).attr('y1', y).attr('y2', y);
        svg.append('g').selectAll('text').data(ticks).join('text')
          .attr('x', margin.left - 8).attr('y', y).attr('dy', '.32em').attr('text-anchor', 'end')
          .text(t => Math.round(100 * t) + ' %');
        const last = data.x[data.x.length - 1];
        const decades = d3.range(-3, 7).map(e => 10 ** e).filter(value => value >= data.x[0] * 0.999 && value <= last);
        // As many of them as there is room for; the end of the ranks is the size of the gallery.
        const every = Math.ceil(62 / Math.max(1, x(10 * data.x[0]) - x(data.x[0])));
        const named = decades.filter((value, i) => i % every === 0);
        if (!km && x(last) - x(named[named.length - 1]) > 40) named.push(last);
        svg.append('g').selectAll('text').data(named).join('text')
          .attr('x', x).attr('y', height - margin.bottom + 18).attr('text-anchor', 'middle').text(name);
        svg.append('text').attr('x', width - margin.right).attr('y', height - 6)
          .attr('text-anchor', 'end').text(km ? 'error at most (logarithmic)' : 'images looked at (logarithmic)');
        svg.append('g').selectAll('line').data(data.limits).join('line').attr('class', 'limit')
          .attr('x1', x).attr('x2', x).attr('y1', margin.top).attr('y2', height - margin.bottom);
        svg.append('g').selectAll('text').data(data.limits).join('text')
          .attr('x', x).attr('y', (limit, i) => margin.top - (narrow && i % 2 ? 17 : 7))
          .attr('text-anchor', 'middle').text(limit => narrow || !km ? limit : distance(limit));
        data.systems.map((system, i) => [system, i]).reverse().forEach(([system, i]) => {
          if (hidden.has(system.name)) return;
          svg.append('path').attr('class', i ? 'curve' : 'curve own').style('stroke', colour(i))
            .style('stroke-dasharray', dash[i % 8])
            .attr('d', d3.line((s, k) => x(data.x[k]), s => y(s))(system.shares));
        });
        const cursor = svg.append('g');
        cursor.append('line').attr('class', 'cursor').attr('y1', margin.top).attr('y2', height - margin.bottom);
        const dots = cursor.selectAll('circle').data(data.systems).join('circle').attr('r', 4)
          .style('fill', (s, i) => colour(i)).style('display', s => hidden.has(s.name) ? 'none' : null);
        const move = to => {
          index = Math.max(0, Math.min(data.x.length - 1, to));
          const value = data.x[index];
          cursor.select('line').attr('x1', x(value)).attr('x2', x(value));
          dots.attr('cx', x(value)).attr('cy', s => y(s.shares[index]));
          at.text(within(value) + ':');
          values.text(s => percent(s.shares[index]));
          svg.attr('aria-valuenow', index).attr('aria-valuetext', within(value) + ': '
            + data.systems.map(s => s.name + ' ' + percent(s.shares[index])).join(', '));
        };
        svg.on('pointermove pointerdown', event => {
          const value = x.invert(d3.pointer(event, svg.node())[0]);
          const snapped = data.limits.find(limit => Math.abs(x(limit) - x(value)) < 6);
          move(d3.bisectCenter(data.x, snapped ?? value));
        }).on('keydown', event => {
          const step = {ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 20, PageDown: -20,
            Home: -1e6, End: 1e6}[event.key];
          if (step) {
            event.preventDefault();
            move(index + step * (event.shiftKey ? 10 : 1));
          }
        });
        move(index);
        if (focused) svg.node().focus();
      };
      redraw();
    });
  }

  function reliability(plot, data) {
    onWidth(plot, available => {
      const size = Math.min(available, 460);
      const margin = {top: 30, right: 22, bottom: 42, left: 48};
      const x = d3.scaleLinear([0, 1], [margin.left, size - margin.right]);
      const y = d3.scaleLinear([0, 1], [size - margin.bottom, margin.top]);
      d3.select(plot).selectAll('*').remove();
      const svg = d3.select(plot).append('svg').attr('viewBox', [0, 0, size, size]).style('max-width', size + 'px')
        .attr('role', 'img').attr('aria-label', 'Share of right answers against the score');
      const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1];
      const grid = svg.append('g').attr('class', 'grid');
      grid.selectAll('.h').data(ticks).join('line').attr('x1', x(0)).attr('x2', x(1)).attr('y1', y).attr('y2', y);
      grid.selectAll('.v').data(ticks).join('line').attr('y1', y(0)).attr('y2', y(1)).attr('x1', x).attr('x2', x);
      const labels = svg.append('g');
      labels.selectAll('.h').data(ticks).join('text').attr('x', x(0) - 8).attr('y', y).attr('dy', '.32em')
        .attr('text-anchor', 'end').text(t => Math.round(100 * t) + ' %');
      labels.selectAll('.v').data(ticks).join('text').attr('y', y(0) + 18).attr('x', x)
        .attr('text-anchor', 'middle').text(t => Math.round(100 * t) + ' %');
      labels.append('text').attr('x', x(1)).attr('y', size - 6).attr('text-anchor', 'end').text('score of the answer');
      labels.append('text').attr('x', 8).attr('y', 14).text('answers that were right');
      svg.append('line').attr('class', 'limit').attr('x1', x(0)).attr('y1', y(0)).attr('x2', x(1)).attr('y2', y(1));
      const most = d3.max(data.bins, bin => bin.count);
      const bin = svg.selectAll('.bin').data(data.bins).join('g').style('color', 'var(--s0)');
      bin.append('line').attr('stroke', 'currentColor').attr('stroke-width', 2)
        .attr('x1', b => x(b.meanScore)).attr('x2', b => x(b.meanScore))
        .attr('y1', b => y(b.accuracy.low)).attr('y2', b => y(b.accuracy.high));
      bin.append('circle').attr('fill', 'currentColor').attr('cx', b => x(b.meanScore)).attr('cy', b => y(b.accuracy.accuracy))
        .attr('r', b => 3 + 7 * Math.sqrt(b.count / most))
        .append('title').text(b => `${b.count} photos: score ${percent(b.meanScore)}, right ${percent(b.accuracy.accuracy)}`);
    });
  }

  /** Wrong answers by photos answered, a line for each system. */
  function risk(plot, systems) {
    const keys = d3.select(plot).append('div').attr('class', 'readout')
      .selectAll('.system').data(systems).join('span').attr('class', 'system');
    keys.append('span').attr('class', 'line-key').style('border-top-color', (s, i) => colour(i))
      .style('border-top-style', (s, i) => dash[i % 8] ? 'dashed' : 'solid');
    keys.append('span').text(s => s.name);
    const holder = d3.select(plot).append('div');
    onWidth(plot, width => {
      const height = width < 520 ? 280 : 340;
      const margin = {top: 26, right: 22, bottom: 42, left: 52};
      const highest = d3.max(systems, s => d3.max(s.points, p => p.risk)) || 0.01;
      const x = d3.scaleLinear([0, 1], [margin.left, width - margin.right]);
      const y = d3.scaleLinear([0, highest], [height - margin.bottom, margin.top]).nice(5);
      holder.selectAll('*').remove();
      const svg = holder.append('svg').attr('viewBox', [0, 0, width, height])
        .attr('role', 'img').attr('aria-label', 'Share of wrong answers by share of photos answered');
      svg.append('g').attr('class', 'grid').selectAll('line').data(y.ticks(5)).join('line')
        .attr('x1', margin.left).attr('x2', width - margin.right).attr('y1', y).attr('y2', y);
      svg.append('g').selectAll('text').data(y.ticks(5)).join('text').attr('x', margin.left - 8)
        .attr('y', y).attr('dy', '.32em').attr('text-anchor', 'end').text(t => percent(t));
      svg.append('g').selectAll('text').data([0.2, 0.4, 0.6, 0.8, 1]).join('text').attr('x', x)
        .attr('y', height - margin.bottom + 18).attr('text-anchor', 'middle').text(t => Math.round(100 * t) + ' %');
      svg.append('text').attr('x', width - margin.right).attr('y', height - 6)
        .attr('text-anchor', 'end').text('photos answered, the surest first');
      svg.append('text').attr('x', 8).attr('y', 14).text('answers that were wrong');
      systems.map((system, i) => [system, i]).reverse().forEach(([system, i]) => svg.append('path')
        .attr('class', i ? 'curve' : 'curve own').style('stroke', colour(i)).style('stroke-dasharray', dash[i % 8])
        .attr('d', d3.line(p => x(p.coverage), p => y(p.risk))(system.points)));
    });
  }

  /** A world map that zooms; resize(scale) is told of each change of zoom or width. */
  function worldMap(plot, label, resize) {
    const svg = d3.select(plot).append('svg').attr('viewBox', '0 0 360 180').attr('tabindex', 0)
      .attr('role', 'group').attr('aria-label', label + '; arrow keys move, plus and minus zoom');
    const layer = svg.append('g');
    drawEarth(layer);
    let scale = 1;
    const zoom = d3.zoom().scaleExtent([1, 40]).translateExtent([[0, 0], [360, 180]])
      .filter(event => event.type === 'wheel' ? event.ctrlKey || event.metaKey
        : event.touches ? event.touches.length > 1 || scale > 1 : !event.button)
      .on('zoom', event => {
        scale = event.transform.k;
        svg.style('touch-action', scale > 1 ? 'none' : null);
        layer.attr('transform', event.transform);
        resize(scale);
      });
    svg.call(zoom).on('dblclick.zoom', null);
    onWidth(plot, () => resize(scale));
    const by = {'+': 1.6, '=': 1.6, '-': 1 / 1.6};
    const to = {ArrowLeft: [20, 0], ArrowRight: [-20, 0], ArrowUp: [0, 20], ArrowDown: [0, -20]};
    svg.on('keydown', event => {
      if (by[event.key]) {
        svg.call(zoom.scaleBy, by[event.key]);
      } else if (to[event.key]) {
        svg.call(zoom.translateBy, ...to[event.key].map(d => d / scale));
      } else if (event.key === '0' || event.key === 'Home') {
        svg.call(zoom.transform, d3.zoomIdentity);
      } else {
        return;
      }
      event.preventDefault();
    });
    const buttons = d3.select(plot).append('div').attr('class', 'zoom');
    [['+', 'Zoom in', () => svg.call(zoom.scaleBy, 1.6)], ['−', 'Zoom out', () => svg.call(zoom.scaleBy, 1 / 1.6)],
      ['⤢', 'Show the whole world', () => svg.call(zoom.transform, d3.zoomIdentity)]]
      .forEach(([text, name, act]) => buttons.append('button').attr('type', 'button').attr('aria-label', name)
        .attr('title', name).text(text).on('click', act));
    return layer;
  }

  function map(plot, data, figure) {
    let resize = () => {};
    const layer = worldMap(plot, 'World map of truths and guesses', scale => resize(scale));
    const arcs = layer.append('g').attr('class', 'arcs');
    const arc = arcs.selectAll('g').data(data.arcs).join('g').attr('class', a => 'photo-arc ' + a.kind);
    const line = a => path({type: 'LineString', coordinates: [a.truth, a.guess]});
    arc.append('path').attr('class', 'casing').attr('d', line);
    arc.append('path').attr('class', 'arc').attr('d', line);
    const truth = arc.append('circle').attr('class', 'truth').attr('transform', a => `translate(${projection(a.truth)})`);
    const guess = arc.append('circle').attr('class', 'guess').attr('transform', a => `translate(${projection(a.guess)})`);
    arc.append('title').text(a => `${a.name}: ${a.error} off`);
    resize = scale => {
      // Points keep their size on the screen, at every zoom and width.
      const shown = Math.max(plot.clientWidth, 1);
      const unit = (shown < 520 ? 0.65 : 1) * 360 / shown / scale;
      truth.attr('r', 4.2 * unit);
      guess.attr('r', 3.2 * unit);
    };
    d3.select(figure).selectAll('.key input').on('change', function () {
      arc.filter(a => a.kind === this.value).style('display', this.checked ? null : 'none');
    });
    // Pointing at a photo's card lights its arc.
    document.querySelectorAll('.card').forEach(card => {
      const name = card.querySelector('h3').textContent;
      const light = on => {
        const known = data.arcs.some(a => a.name === name);
        arcs.classed('dimmed', on && known);
        arc.classed('lit', a => on && a.name === name);
      };
      ['pointerenter', 'focusin'].forEach(type => card.addEventListener(type, () => light(true)));
      ['pointerleave', 'focusout'].forEach(type => card.addEventListener(type, () => light(false)));
    });
    arc.style('cursor', 'pointer').on('click', (event, a) => {
      const card = [...document.querySelectorAll('.card')].find(c => c.querySelector('h3').textContent === a.name);
      if (card) {
        card.scrollIntoView({block: 'center'});
        card.focus();
      }
    });
  }

  /** The width in degrees of a map that shows where on the Earth it is. */
  const CONTEXT = 70;

  /** The least width in degrees, about 2 km: positions are within a meter. */
  const LEAST = 0.02;

  /** The corners of a cell in world units, on either side of the antimeridian as its middle is. */
  function corners(shape) {
    const middle = d3.geoCentroid(shape);
    return shape.coordinates[0].map(([longitude, latitude]) =>
      [middle[0] + (longitude - middle[0] + 540) % 360, 90 - latitude]);
  }

  /** The part of the world, 2 to 1, around points and the regions that do not lie far beyond them. */
  function frame(points, regions) {
    const around = all => {
      const [left, right] = d3.extent(all, p => p[0]);
      const [top, bottom] = d3.extent(all, p => p[1]);
      const width = Math.min(360, Math.max(LEAST, 1.6 * (right - left), 3.2 * (bottom - top)));
      return {
        width,
        x0: Math.max(0, Math.min(360 - width, (left + right - width) / 2)),
        y0: Math.max(0, Math.min(180 - width / 2, (top + bottom - width / 2) / 2))
      };
    };
    let shown = around(points);
    regions.forEach(region => {
      const wider = around(points.concat(region));
      if (wider.width <= Math.max(CONTEXT, 2 * shown.width)) {
        points = points.concat(region);
        shown = wider;
      }
    });
    return shown;
  }

  /** A line of a round length in the lower left corner. */
  function drawScale(svg, width, latitude) {
    const kmPerPixel = width / 320 * 111.195 * Math.cos(latitude * Math.PI / 180);
    const exact = 80 * kmPerPixel;
    const power = 10 ** Math.floor(Math.log10(exact));
    const km = power * [5, 2, 1].find(step => step * power <= exact);
    const bar = svg.append('g').attr('class', 'scale-bar');
    const line = `M8,145v5h${km / kmPerPixel}v-5`;
    bar.append('path').attr('class', 'casing').attr('d', line);
    bar.append('path').attr('d', line);
    bar.append('text').attr('x', 10).attr('y', 146).text(distance(km));
  }

  /** The whole world in the upper right corner, with a place marked. */
  function drawInset(svg, x, y) {
    const inset = svg.append('svg').attr('class', 'inset').attr('x', 244).attr('y', 4).attr('width', 72).attr('height', 36)
      .attr('viewBox', '0 0 360 180');
    inset.append('rect').attr('width', 360).attr('height', 180);
    drawEarth(inset);
    inset.append('circle').attr('cx', x).attr('cy', y).attr('r', 14);
  }

  function cells(plot, data) {
    const guess = projection(data.guess);
    const truth = data.truth ? projection(data.truth) : guess;
    const best = d3.max(data.cells, cell => cell.score) || 1;
    const shapes = data.cells.map(cell =>
      ({shape: polygon(cell.outline), share: cell.score / best, name: cell.name, score: cell.score}));
    const regions = data.regions.map(region => ({share: region.share,
      shape: {type: 'MultiLineString', coordinates: region.border}}));
    const {x0, y0, width} = frame([truth, guess, ...shapes.filter(s => s.share > 0.15).flatMap(s => corners(s.shape))],
      data.regions.map(region => region.border.flat().map(projection)));
    const svg = d3.select(plot).append('svg').attr('class', 'cells').attr('viewBox', '0 0 320 160')
      .attr('role', 'img').attr('aria-label', `Scores of cells as a heat map, with ${data.truth ? 'truth and ' : ''}guess`);
    const k = 320 / width;
    const layer = svg.append('g').attr('transform', `scale(${k}) translate(${-x0},${-y0})`);
    drawEarth(layer);
    layer.selectAll('.step').data(data.path).join('path').attr('class', 'step').attr('d', s => path(polygon(s.outline)))
      .append('title').text(s => s.name);
    layer.selectAll('.cell').data(shapes).join('path').attr('class', 'cell').attr('d', s => path(s.shape))
      .attr('fill-opacity', s => 0.06 + 0.79 * Math.sqrt(s.share))
      .append('title').text(s => `${s.name}: ${s.score.toPrecision(3)}`);
    layer.selectAll('.region').data(regions).join('path')
      .attr('class', r => r.share > 0.5 ? 'region wide' : 'region').attr('d', r => path(r.shape))
      .append('title').text(r => `${Math.round(100 * r.share)} % region`);
    const place = p => [(p[0] - x0) * k, (p[1] - y0) * k];
    const [tx, ty] = place(truth);
    const [gx, gy] = place(guess);
    if (data.truth) {
      svg.append('path').attr('class', 'link').attr('transform', `scale(${k}) translate(${-x0},${-y0})`)
        .attr('vector-effect', 'non-scaling-stroke').attr('d', path({type: 'LineString', coordinates: [data.truth, data.guess]}));
    }
    svg.append('circle').attr('class', 'guess').attr('cx', gx).attr('cy', gy).attr('r', 4);
    if (width < CONTEXT) {
      drawScale(svg, width, data.guess[1]);
      drawInset(svg, x0 + width / 2, y0 + width / 4);
    }
    if (!data.truth) {
      return;
    }
    svg.append('circle').attr('class', 'truth-casing').attr('cx', tx).attr('cy', ty).attr('r', 6.5);
    svg.append('circle').attr('class', 'truth').attr('cx', tx).attr('cy', ty).attr('r', 6.5);
  }

  function cellMap(plot, data) {
    const layer = worldMap(plot, 'World map of cells', () => {});
    const [least, most] = d3.extent(data.cells, cell => cell.score);
    const low = Math.max(1, least);
    const high = Math.max(low + 1, most);
    // The dark end of the scale would vanish on the sea.
    const colour = d3.scaleSequentialLog([low, high], t => d3.interpolatePlasma(0.25 + 0.75 * t));
    layer.append('g').selectAll('path').data(data.cells).join('path').attr('class', 'map-cell')
      .attr('d', cell => path(polygon(cell.outline))).style('fill', cell => colour(Math.max(low, cell.score)))
      .append('title').text(cell => `${cell.name}: ${d3.format(',')(cell.score)} ${data.unit}`);
    const key = d3.select(plot.parentNode).insert('div', 'figcaption').attr('class', 'scale');
    key.append('span').text(d3.format(',')(least));
    key.append('span').attr('class', 'ramp').style('background',
      `linear-gradient(to right, ${d3.range(0, 1.01, 0.1).map(t => d3.interpolatePlasma(0.25 + 0.75 * t)).join()})`);
    key.append('span').text(`${d3.format(',')(most)} ${data.unit} (logarithmic)`);
  }

  const charts = {curves, reliability, risk, map, cells, cellMap};
  document.querySelectorAll('.chart').forEach(figure => {
    const data = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    charts[figure.dataset.chart](figure.querySelector('.plot'), data, figure);
  });

  document.querySelectorAll('.photos').forEach(photos => {
    const grid = photos.querySelector('.cards');
    const cards = [...grid.children];
    const orders = {
      'as sampled': (a, b) => a.dataset.index - b.dataset.index,
      'best first': (a, b) => a.dataset.error - b.dataset.error,
      'worst first': (a, b) => b.dataset.error - a.dataset.error
    };
    photos.querySelector('.only-wrong')?.addEventListener('change', event => cards.forEach(card => {
      card.hidden = event.target.checked && card.dataset.error === '1';
    }));
    photos.querySelectorAll('.order input').forEach(input =>
      input.addEventListener('change', () => grid.append(...cards.sort(orders[input.value]))));
  });
})();
