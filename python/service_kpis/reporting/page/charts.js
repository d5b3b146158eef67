// Vega in the page: its theme, its words, its numbers. No chart brings any of its own.
const UNITS = ['ratio', 'seconds', 'count', 'points', 'score', 'currency', 'per_day', 'flag', 'hour', 'weekday'];
const ERRORS = 1;
// Pixels of a legend's letter, and of its symbol with the room around.
const LETTER = 6.8;
const SYMBOL = 44;
const PALETTE = /^\$([a-z]+)$/;
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
// One ramp by opacity, so that it goes from the paper to the accent in the light and in the dark.
const RAMP = ['rgba(46, 121, 184, 0.05)', 'rgba(46, 121, 184, 1)'];

// What charts call to write a number: formatType "ratio" of a picture is as_ratio here.
function writers() {
  const made = Object.fromEntries(
    UNITS.map((unit) => [`as_${unit}`, (value) => (Number.isFinite(value) ? tickValue(value, unit) : '')]),
  );
  made.as_period = (value, picture) => tickText(value, grainsDrawn.get(picture));
  return made;
}

// Ticks are round numbers: they lose the digits that say nothing.
function tickValue(value, unit) {
  if (unit === 'ratio') return percent(value, Number.isInteger(Math.round(value * 1e6) / 1e4) ? 0 : 1);
  if (unit === 'seconds' && value < MINUTE && Number.isInteger(value)) return `${number(value, 0)}${THIN}s`;
  if (unit === 'seconds' && value < HOUR && Number.isInteger(value / MINUTE)) return `${number(value / MINUTE, 0)}${THIN}min`;
  if (unit === 'seconds' && value >= DAY && Number.isInteger(value / DAY)) return `${number(value / DAY, 0)}${THIN}${words().days}`;
  if (unit === 'seconds' && value >= HOUR && Number.isInteger(value / HOUR)) return `${number(value / HOUR, 0)}${THIN}h`;
  if (unit === 'score' || unit === 'points') return number(value, Number.isInteger(value) ? 0 : unit === 'score' && !Number.isInteger(Math.round(value * 1e6) / 1e5) ? 2 : 1);
  return valueText(value, unit);
}

// Entries of a legend that don't fit beside each other stand below each other, and none is cut.
function legendColumns(picture, width) {
  if (innerWidth < 640) return 1;
  const names = picture.series.map((key) => kpis.get(key)?.label[chosen.language] ?? '');
  const needed = names.reduce((sum, name) => sum + name.length * LETTER + SYMBOL, 0);
  return needed > width ? 1 : 6;
}

function chartConfig(columns) {
  const ink = { labelColor: 'var(--quiet)', titleColor: 'var(--quiet)', labelFont: FONT, titleFont: FONT, labelFontSize: 11.5, titleFontSize: 11.5, titleFontWeight: 500 };
  const isNarrow = innerWidth < 640;
  return {
    background: 'transparent',
    font: FONT,
    aria: false,
    customFormatTypes: true,
    padding: 4,
    view: { stroke: null, discreteHeight: { step: 24 } },
    axis: { ...ink, gridColor: 'var(--grid)', domainColor: 'var(--grid)', tickColor: 'var(--grid)', labelPadding: 6, titlePadding: 10, labelLimit: isNarrow ? 155 : 220, labelOverlap: 'parity', labelSeparation: 8 },
    axisX: { labelFlush: false, tickCount: isNarrow ? 4 : 8, labelAngle: 0 },
    axisXTemporal: { grid: false },
    axisXBand: { labelAngle: 0, labelLimit: isNarrow ? 60 : 140 },
    axisY: { domain: false, ticks: false, tickCount: 6 },
    axisYBand: { grid: false, domain: false },
    axisYPoint: { grid: false, domain: false },
    legend: { ...ink, labelFontSize: isNarrow ? 10.5 : 11.5, orient: 'bottom', direction: 'horizontal', columns, symbolType: 'circle', symbolSize: 80, labelLimit: 300, gradientLength: isNarrow ? 180 : 240, gradientThickness: 10, titleOrient: isNarrow ? 'top' : 'left', offset: 14 },
    range: {
      category: ['accent', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth'].map((name) => `var(--${name})`),
      heatmap: RAMP,
      ramp: RAMP,
    },
    mark: { color: 'var(--accent)', tooltip: null },
    line: { strokeWidth: 2.2, strokeCap: 'round', strokeJoin: 'round' },
    bar: { cornerRadiusEnd: 2 },
    rect: { cornerRadius: 2 },
    point: { size: 34, strokeWidth: 1.6, filled: false },
    text: { color: 'var(--ink)', fontSize: 11.5, font: FONT },
    rule: { color: 'var(--quiet)' },
  };
}

// The picture's chart with the page's colours, formats and widths.
function specOf(picture) {
  const spec = adapted(picture.chart[chosen.language], picture.key);
  delete spec.$schema;
  delete spec.config;
  const first = spec.layer ? { ...spec.layer[0].encoding, ...spec.encoding } : spec.encoding;
  const isBands = first?.y && ['nominal', 'ordinal'].includes(first.y.type);
  return {
    ...spec,
    width: 'container',
    ...(isBands ? { autosize: { type: 'fit-x', contains: 'padding' } } : { height: spec.height ?? 260 }),
  };
}

function adapted(part, key) {
  if (Array.isArray(part)) return part.map((each) => adapted(each, key));
  if (typeof part === 'string') return part.replace(PALETTE, 'var(--$1)');
  if (part === null || typeof part !== 'object') return part;
  const made = Object.fromEntries(Object.entries(part).map(([name, each]) => [name, adapted(each, key)]));
  if (made.formatType) {
    if (made.formatType === 'period') made.format = key;
    made.formatType = `as_${made.formatType}`;
  }
  return made;
}

async function embedded(picture, place, rows) {
  const { view } = await vegaEmbed(place, { ...specOf(picture), datasets: { rows } }, {
    mode: 'vega-lite',
    renderer: 'svg',
    actions: false,
    ast: true,
    logLevel: ERRORS,
    defaultStyle: false,
    config: chartConfig(legendColumns(picture, place.clientWidth)),
    tooltip: { theme: 'page' },
    expressionFunctions: writers(),
    formatLocale: numberLocale(),
    timeFormatLocale: timeLocale(),
  });
  return view;
}

function numberLocale() {
  const isFrench = chosen.language === 'fr';
  return { decimal: isFrench ? ',' : '.', thousands: isFrench ? THIN : ',', grouping: [3], currency: ['', ''] };
}

function timeLocale() {
  const days = [...Array(7).keys()].map((day) => new Date(2024, 8, 1 + day));
  const months = [...Array(12).keys()].map((month) => new Date(2024, month, 1));
  const names = (dates, options) => dates.map((date) => dateFormat(options).format(date));
  return {
    dateTime: '%c', date: '%x', time: '%X', periods: ['AM', 'PM'],
    days: names(days, { weekday: 'long' }),
    shortDays: names(days, { weekday: 'short' }),
    months: names(months, { month: 'long' }),
    shortMonths: names(months, { month: 'short' }),
  };
}
