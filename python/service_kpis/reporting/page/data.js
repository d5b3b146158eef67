// The published figures, unpacked, and how to find one.
const GRAINS = ['day', 'week', 'month', 'quarter', 'year'];
const THEMES = ['telephone', 'tickets', 'channels', 'reviews', 'orders', 'customers', 'surveys', 'agents'];
let report = null;
const kpis = new Map();
const lines = new Map();

// Python's base85, but for three letters that HTML might read as markup.
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%:()*+-;,=.?@^_`{|}~';

// Five letters are four bytes, the first letter and the first byte being the greatest.
function bytesOf(text) {
  const digits = new Uint8Array(128);
  for (let digit = 0; digit < LETTERS.length; digit += 1) digits[LETTERS.charCodeAt(digit)] = digit;
  const missing = (5 - (text.length % 5)) % 5;
  const whole = text + '~'.repeat(missing);
  const bytes = new DataView(new ArrayBuffer((whole.length / 5) * 4));
  for (let at = 0; at < whole.length; at += 5) {
    let word = 0;
    for (let next = at; next < at + 5; next += 1) word = word * 85 + digits[whole.charCodeAt(next)];
    bytes.setUint32((at / 5) * 4, word);
  }
  return bytes.buffer.slice(0, bytes.byteLength - missing);
}

async function unpack() {
  const packed = bytesOf(byId('payload').textContent);
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  report = JSON.parse(await new Response(unpacked).text());
  for (const kpi of report.kpis) kpis.set(kpi.key, { ...kpi, parts: [] });
  for (const line of report.lines) {
    line.n = report.samples[line.n];
    // Means and shares come as the whole sums that they were divided from.
    line.value ??= line.sum.map((sum, at) => (sum === null ? null : sum / line.n[at]));
    lines.set(lineKey(line.kpi, line.dimension, line.of, line.grain), line);
    const kpi = kpis.get(line.kpi);
    kpi.hasRows = true;
    if (line.dimension === 'all') kpi.hasWhole = true;
    kpi.hasValue ||= line.value.some((value) => value !== null);
  }
  for (const line of report.lines) {
    const kpi = kpis.get(line.kpi);
    if (!kpi.hasWhole && !kpi.parts.some((part) => part.of === line.of)) {
      kpi.parts.push({ dimension: line.dimension, of: line.of });
    }
  }
}

// A column as it is carried: plain, by places in a list of its values, or by runs of such places.
function columnOf(carried) {
  if (Array.isArray(carried)) return carried;
  const { values, codes, runs } = carried;
  if (codes) return codes.map((code) => values[code]);
  const made = [];
  for (let at = 0; at < runs.length; at += 2) {
    for (let left = runs[at + 1]; left > 0; left -= 1) made.push(values[runs[at]]);
  }
  return made;
}

const tables = new Map();

// The columns of a picture or of the contracts, spread out when they are first asked for, and the
// places of all their rows.
function tableOf(carried) {
  if (!tables.has(carried)) {
    const columns = Object.fromEntries(Object.entries(carried).map(([name, column]) => [name, columnOf(column)]));
    const [first] = Object.values(columns);
    tables.set(carried, { columns, places: [...(first ?? []).keys()] });
  }
  return tables.get(carried);
}

function rowsAt(columns, places) {
  const names = Object.keys(columns);
  return places.map((place) => Object.fromEntries(names.map((name) => [name, columns[name][place]])));
}

function lineKey(kpi, dimension, of, grain) {
  return `${kpi}\n${grain}\n${dimension}\n${of}`;
}

function themeOrder(theme) {
  const place = THEMES.indexOf(theme);
  return place < 0 ? THEMES.length : place;
}

function themes() {
  const found = new Set([...kpis.values()].map((kpi) => kpi.theme));
  for (const picture of report.pictures) found.add(picture.theme);
  return [...found].sort((a, b) => themeOrder(a) - themeOrder(b) || a.localeCompare(b));
}

function themeText(theme) {
  return words().themes[theme] ?? sentence(theme.replaceAll('_', ' '));
}

// One period of a line, with the period before it.
function cell(line, place) {
  const at = place - line.from;
  const letter = line.told[at];
  if (letter === undefined || letter === ' ') return null;
  const judged = letter.charCodeAt(0) - 65;
  const value = line.value[at];
  const previous = line.value[at - 1] ?? null;
  return {
    line,
    place,
    grain: line.grain,
    period: report.periods[line.grain].starts[place],
    value,
    previous,
    previousPeriod: report.periods[line.grain].starts[place - 1],
    change: value === null || previous === null ? null : value - previous,
    low: line.low?.[at] ?? null,
    high: line.high?.[at] ?? null,
    n: line.n[at],
    status: report.statuses[Math.floor(judged / 6)],
    isBeyondChance: report.chances[Math.floor((judged % 6) / 2)],
    isComplete: judged % 2 === 1,
  };
}

// Whether a change is for the better by the KPI's direction; null where neither way is.
function verdict(kpi, found) {
  if (!kpi.direction || !found?.change) return null;
  return found.change > 0 === (kpi.direction === 'up') ? 'better' : 'worse';
}

// The grain to look in: the chosen one, else the next longer that the KPI has, else a shorter one.
function grainOf(kpi, dimension, of, grain) {
  const place = GRAINS.indexOf(grain);
  const tried = [...GRAINS.slice(place), ...GRAINS.slice(0, place).reverse()];
  return tried.find((each) => lines.has(lineKey(kpi.key, dimension, of, each)));
}

// The place of the period of a grain that holds a day, or else the last one before it.
function placeOf(grain, day) {
  const { starts } = report.periods[grain];
  let place = starts.length - 1;
  while (place >= 0 && starts[place] > day) place -= 1;
  return place;
}

// The last day of a period, to find its last shorter period.
function lastDay(start, grain) {
  const day = dayOf(start);
  const after = {
    day: () => new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1),
    week: () => new Date(day.getFullYear(), day.getMonth(), day.getDate() + 7),
    month: () => new Date(day.getFullYear(), day.getMonth() + 1, 1),
    quarter: () => new Date(day.getFullYear(), day.getMonth() + 3, 1),
    year: () => new Date(day.getFullYear() + 1, 0, 1),
  }[grain]();
  return isoDay(new Date(after.getFullYear(), after.getMonth(), after.getDate() - 1));
}

function isoDay(day) {
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`;
}

// What the scorecard shows of a KPI for the choice: the chosen period; where that is over but rows
// of it still have to mature, the latest complete one before it, which the page names.
function shown(kpi, part = null) {
  let [dimension, of] = part ? [part.dimension, part.of] : [chosen.dimension, chosen.of];
  let isWholeOnly = false;
  let grain = grainOf(kpi, dimension, of, chosen.grain);
  if (!grain && !part) {
    [dimension, of, isWholeOnly] = ['all', 'all', true];
    grain = grainOf(kpi, dimension, of, chosen.grain);
  }
  // A KPI that clients are told apart by has no value for a client, rather than the house's.
  if (isWholeOnly && hasDimension(kpi, chosen.dimension)) return null;
  if (!grain) return null;
  const line = lines.get(lineKey(kpi.key, dimension, of, grain));
  const isShorter = GRAINS.indexOf(grain) < GRAINS.indexOf(chosen.grain);
  const place = placeOf(grain, isShorter ? lastDay(chosen.period, chosen.grain) : chosen.period);
  let found = cell(line, place);
  // A period without a row has nothing that could mature: an older one would pass for it.
  if (found && !found.isComplete && place <= (report.periods[grain].latest ?? -1)) {
    for (let at = place - 1; at >= line.from; at -= 1) {
      const earlier = cell(line, at);
      if (earlier?.isComplete && earlier.value !== null) {
        found = earlier;
        break;
      }
    }
  }
  return found && found.value !== null ? { ...found, kpi, isWholeOnly, part } : null;
}

const dimensionsOf = new Map();

function hasDimension(kpi, dimension) {
  if (!dimensionsOf.size) {
    for (const line of report.lines) {
      if (!dimensionsOf.has(line.kpi)) dimensionsOf.set(line.kpi, new Set());
      dimensionsOf.get(line.kpi).add(line.dimension);
    }
  }
  return dimensionsOf.get(kpi.key)?.has(dimension) ?? false;
}
