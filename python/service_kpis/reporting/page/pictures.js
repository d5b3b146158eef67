// The pictures: their rows for the choice, their charts, and the rows as a table.
const MOST_ROWS = 400;
const views = new Map();
// The rows of the choice of those pictures whose charts don't show them yet.
const undrawn = new Map();
const grainsDrawn = new Map();

// The rows of the chosen period; where it has none at its grain, of the next longer one that has.
function placesOfPeriod(columns, places) {
  let first = null;
  for (const grain of grainsAmong(columns, places)) {
    const period = report.periods[grain].starts[placeOf(grain, lastDay(chosen.period, chosen.grain))];
    const found = places.filter((place) => columns.grain[place] === grain && columns.period_start[place] === period);
    first ??= { places: found, grain, period };
    if (found.length) return { places: found, grain, period };
  }
  return first ?? { places: [], grain: null, period: null };
}

// The grains that rows have: the chosen one, then longer ones, then shorter ones.
function grainsAmong(columns, places) {
  const has = new Set(places.map((place) => columns.grain[place]));
  const place = GRAINS.indexOf(chosen.grain);
  return [...GRAINS.slice(place), ...GRAINS.slice(0, place).reverse()].filter((grain) => has.has(grain));
}

function placesOfChoice(picture, { columns, places }) {
  if (!places.length || !columns.dimension) return { places, isAnswered: chosen.dimension === 'all' };
  const own = places.filter((place) => columns.dimension[place] === chosen.dimension && columns.dimension_value[place] === chosen.of);
  if (own.length || picture.answers.includes(chosen.dimension)) return { places: own, isAnswered: true };
  return { places: places.filter((place) => columns.dimension[place] === 'all'), isAnswered: false };
}

// Lines of the scorecard as rows of a picture.
function rowsOfSeries(picture) {
  const rows = [];
  let isAnswered = true;
  let grain = null;
  for (const key of picture.series) {
    const kpi = kpis.get(key);
    if (!kpi) continue;
    const isOwn = hasDimension(kpi, chosen.dimension);
    if (!isOwn) isAnswered = false;
    const [dimension, of] = isOwn ? [chosen.dimension, chosen.of] : ['all', 'all'];
    grain = grainOf(kpi, dimension, of, chosen.grain);
    const line = grain ? lines.get(lineKey(key, dimension, of, grain)) : null;
    if (!line) continue;
    for (let place = Math.max(line.from, report.periods[grain].first); place < line.from + line.value.length; place += 1) {
      const found = cell(line, place);
      if (!found || found.value === null) continue;
      rows.push({
        kpi_key: key,
        kpi: kpi.label[chosen.language],
        grain,
        period_start: found.period,
        value: found.value,
        low: found.low,
        high: found.high,
        target: kpi.target,
        sample_size: found.n,
        is_complete: found.isComplete,
      });
    }
  }
  return { rows, isAnswered, grain };
}

function rowsFor(picture) {
  if (picture.series.length) {
    const found = rowsOfSeries(picture);
    return { ...found, rows: dated(found.rows, picture), period: null };
  }
  const { columns, places } = tableOf(picture.rows);
  const { places: own, isAnswered } = placesOfChoice(picture, { columns, places });
  const told = (shown) => dated(rowsAt(columns, shown), picture);
  if (picture.follows === 'nothing' || !own.length || !columns.grain) {
    return { rows: told(own), isAnswered, grain: null, period: null };
  }
  if (picture.follows === 'grain') {
    const [grain] = grainsAmong(columns, own);
    return { rows: told(own.filter((place) => columns.grain[place] === grain)), isAnswered, grain, period: null };
  }
  const { places: shown, grain, period } = placesOfPeriod(columns, own);
  return { rows: told(shown), isAnswered, grain, period };
}

// Rows as a chart and a table read them: dates, names of periods, words for codes.
function dated(rows, picture) {
  const coded = picture.columns.filter((column) => Object.keys(column.words).length);
  return rows.map((row) => {
    const made = { ...row };
    if (row.period_start && row.grain) {
      made.period = periodText(row.period_start, row.grain);
      made.is_chosen = row.grain === chosen.grain && row.period_start === chosen.period;
      made.period_start = dayOf(row.period_start);
    }
    for (const column of coded) {
      const told = column.words[row[column.name]];
      if (told) made[column.name] = told[chosen.language];
    }
    for (const [name, value] of Object.entries(made)) if (value === '(none)') made[name] = words().none;
    return made;
  });
}

function pictureFigure(picture) {
  const links = picture.kpis.map((key) => kpis.get(key)).filter(Boolean).map((kpi) => element('li', {}, kpiName(kpi)));
  return element(
    'figure',
    { class: 'picture', id: `picture-${picture.key}`, 'data-picture': picture.key, 'aria-labelledby': `title-${picture.key}` },
    element('h3', { id: `title-${picture.key}` }, spaced(picture.title[chosen.language])),
    element('p', { class: 'reading', id: `reading-${picture.key}` }, spaced(picture.reading[chosen.language])),
    element('p', { class: 'about' }),
    element('div', { class: 'chart', role: 'img', 'aria-label': `${picture.title[chosen.language]}. ${picture.reading[chosen.language]}` }),
    element('details', { class: 'rows' }, element('summary', {}, words().rows)),
    links.length ? element('figcaption', {}, element('span', { class: 'quiet' }, `${words().definitions} `), element('ul', { class: 'links' }, links)) : null,
  );
}

// French sets a space before these signs, at which a line must not break.
function spaced(text) {
  return text.replace(/ (?=[:;?!%])/g, '\u00a0');
}

// Tell what a picture shows of the choice. Its chart is drawn when it comes into sight.
function tellPicture(picture) {
  const figure = figureOf(picture);
  const { rows, isAnswered, grain, period } = rowsFor(picture);
  const about = [];
  if (picture.follows === 'nothing') about.push(words().allData);
  if (grain && grain !== chosen.grain && !period) about.push(words().shownGrain(words().grains[grain].toLowerCase()));
  if (period && (grain !== chosen.grain || period !== chosen.period)) about.push(words().shownPeriod(periodText(period, grain)));
  if (!isAnswered) about.push(words().noScope);
  if (!rows.length) about.push(words().noRows);
  figure.querySelector('.about').textContent = about.join(' ');
  figure.classList.toggle('is-empty', !rows.length);
  listRows(figure.querySelector('details'), picture, rows);
  grainsDrawn.set(picture.key, grain ?? chosen.grain);
  figure.dataset.rows = String(rows.length);
  undrawn.set(picture.key, rows);
}

// Draw a picture's chart, or give the rows to the one that stands.
async function drawPicture(picture) {
  const rows = undrawn.get(picture.key);
  if (!rows) return;
  undrawn.delete(picture.key);
  const view = views.get(picture.key);
  if (view) await view.data('rows', rows).resize().runAsync();
  else if (rows.length) {
    const place = element('div');
    figureOf(picture).querySelector('.chart').replaceChildren(place);
    const made = await embedded(picture, place, rows);
    // A choice made meanwhile has drawn its own chart, or put a new figure in this one's place.
    if (place.isConnected) views.set(picture.key, made);
    else made.finalize();
  }
}

function figureOf(picture) {
  return byId(`picture-${picture.key}`);
}

// The rows are listed when they are asked for: tables of pictures that nobody opens cost nothing.
function listRows(details, picture, rows) {
  const list = () => {
    details.querySelector('.scroll')?.remove();
    if (!details.open) return;
    const columns = picture.columns.map((column) => [column.label[chosen.language], column.unit !== 'text' && column.unit !== 'period']);
    const body = rows.slice(0, MOST_ROWS).map((row) => picture.columns.map((column) => columnText(row[column.name], column.unit)));
    const rest = rows.length - body.length;
    details.append(
      element(
        'div',
        { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': words().rows },
        table(picture.title[chosen.language], columns, body),
        rest > 0 ? element('p', { class: 'quiet' }, words().moreRows(rest)) : null,
      ),
    );
  };
  details.ontoggle = list;
  list();
}

function columnText(value, unit) {
  if (value instanceof Date) return dateText(value);
  return UNITS.includes(unit) ? valueText(value, unit) : String(value ?? '–');
}
