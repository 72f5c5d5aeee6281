/**
 * What ECharts is told of a chart. The colours differ in lightness; on paper each series has a pattern
 * of its own besides, so that a black-and-white print can be read.
 */
const COLOURS = [ '#a8232b', '#e0a458', '#1d4f86', '#8fb3d9', '#2b7a45', '#b9b2a5', '#6b4c9a', '#d8d2c6' ];
/** What is left over or not known yet: an empty bar with an outline. */
const REST = { color: '#f6f4f0', borderColor: '#b9b2a5', borderWidth: 1, decal: { symbol: 'none' } };
const INK = '#1f2d3d';
const SOFT = '#55606e';

const ROW = 34;
const LINE = 22;
const AROUND = 76;

/** How wide a name is, in Chinese characters: a Latin letter takes little more than half of one. */
function breadth(name) {
  return [ ...name ].reduce((sum, character) => sum + (character.codePointAt(0) < 0x2000 ? 0.55 : 1), 0);
}

/** How many lines the legend takes at a width: an item is its mark and its name of wide characters. */
export function legendLines({ series = [] }, width) {
  let lines = 1;
  let used = 0;

  for (const { name } of series) {
    const item = 38 + breadth(name) * 12;

    if (used && used + item > width) {
      lines += 1;
      used = 0;
    }
    used += item;
  }

  return lines;
}

/** The height a chart needs for its rows and its legend, in pixels. */
export function heightOf(chart, width) {
  return Math.max(chart.rows.length, 2) * ROW + AROUND + (legendLines(chart, width) - 1) * LINE;
}

/** Shortens a name to as many Chinese characters as fit beside the bars; names of units differ at their end. */
export function shorten(name, most) {
  if (breadth(name) <= most) {
    return name;
  }

  const characters = [ ...name ];

  while (breadth(characters.join('')) > most - 1) {
    characters.shift();
  }

  return `…${characters.join('').trimStart()}`;
}

/** `look`: the width in pixels, the page's font, and whether it is drawn for paper. */
function base(chart, { width, font, paper }) {
  const most = width < 420 ? 7 : 10;

  return {
    animation: false,
    color: COLOURS,
    textStyle: { fontFamily: font, color: INK },
    aria: { enabled: true, label: { description: chart.title }, decal: { show: paper } },
    grid: { left: 8, right: 24, top: 14 + legendLines(chart, width) * LINE, bottom: 8, containLabel: true },
    yAxis: {
      type: 'category',
      inverse: true,
      data: chart.rows,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: '#cfc9bd' } },
      axisLabel: { color: INK, formatter: name => shorten(name, most) }
    }
  };
}

/** Stacked bars: a row a bar, a series a colour. `chart.share` draws them as parts of a whole. */
export function barOptions(chart, look) {
  const sums = chart.rows.map((_, at) => chart.series.reduce((sum, { data }) => sum + data[at].value, 0));
  const part = (value, at) => chart.share ? (sums[at] ? value / sums[at] * 100 : 0) : value;

  return {
    ...base(chart, look),
    legend: { top: 0, left: 0, type: 'plain', itemGap: 10, itemWidth: 18, itemHeight: 12, textStyle: { color: INK } },
    tooltip: {
      trigger: 'item',
      confine: true,
      formatter: ({ seriesName, name, data }) => `${escape(name)}<br>${escape(seriesName)} <b>${data.number}</b>`
    },
    xAxis: {
      type: 'value',
      minInterval: 1,
      max: chart.share ? 100 : undefined,
      axisLabel: { color: SOFT, formatter: chart.share ? '{value}%' : '{value}', hideOverlap: true },
      splitLine: { lineStyle: { color: '#ece8e0' } }
    },
    series: chart.series.map(({ name, rest, data }) => ({
      name,
      type: 'bar',
      stack: 'all',
      barMaxWidth: 20,
      cursor: 'pointer',
      itemStyle: rest ? REST : { borderColor: '#fff', borderWidth: 1 },
      data: data.map(({ value, href }, at) => ({ value: part(value, at), number: value, href }))
    }))
  };
}

/** Stages on a time line: a bar while one ran, a mark where it is due, a line for today. */
export function dateOptions(chart, look) {
  const time = text => new Date(text).getTime();
  const begins = chart.spans.map(({ from }) => time(from));
  const due = chart.spans.flatMap((span, at) => span.due ? [ { value: [ time(span.due), at ] } ] : []);
  const all = [ ...begins, ...due.map(({ value }) => value[0]), time(chart.today.at) ];

  return {
    ...base(chart, look),
    tooltip: { show: false },
    legend: { show: false },
    xAxis: {
      type: 'time',
      min: Math.min(...all) - 86_400_000,
      max: Math.max(...all) + 86_400_000,
      axisLabel: { color: SOFT, hideOverlap: true, formatter: { month: '{M}-{d}', day: '{M}-{d}', year: '{yyyy}-{M}-{d}' } },
      splitLine: { show: true, lineStyle: { color: '#ece8e0' } }
    },
    series: [
      {
        type: 'custom',
        silent: true,
        renderItem: drawSpan,
        encode: { x: [ 0, 1 ], y: 2 },
        data: chart.spans.map(({ from, to }, at) => [ time(from), time(to), at ])
      },
      {
        type: 'scatter',
        symbol: 'diamond',
        symbolSize: 14,
        silent: true,
        itemStyle: { color: COLOURS[0], decal: { symbol: 'none' } },
        data: due,
        markLine: {
          silent: true,
          symbol: 'none',
          lineStyle: { color: INK, type: 'dashed' },
          label: { formatter: () => chart.today.name, color: INK, position: 'start' },
          data: [ { xAxis: time(chart.today.at) } ]
        }
      }
    ]
  };
}

/** A stage as a bar from its beginning to its end, never thinner than can be seen. */
function drawSpan(_params, api) {
  const [ left, middle ] = api.coord([ api.value(0), api.value(2) ]);
  const [ right ] = api.coord([ api.value(1), api.value(2) ]);
  const height = Math.min(14, api.size([ 0, 1 ])[1] * .5);

  return {
    type: 'rect',
    shape: { x: left, y: middle - height / 2, width: Math.max(right - left, 3), height },
    style: { fill: COLOURS[2] }
  };
}

function escape(text) {
  return text.replace(/[&<>"]/g, sign => `&#${sign.charCodeAt(0)};`);
}
