// The pictures: their rows for the choice, their charts, and the rows as a table.
const MOST_ROWS = 400;
const views = new Map();
const grainsDrawn = new Map();

function rowObjects(columns) {
  const names = Object.keys(columns);
  return (columns[names[0]] ?? []).map((_, place) => Object.fromEntries(names.map((name) => [name, columns[name][place]])));
}

// The rows of the chosen period; where it has none at its grain, of the next longer one that has.
function rowsOfPeriod(rows) {
  let first = null;
  for (const grain of grainsFrom(rows)) {
    const period = report.periods[grain].starts[placeOf(grain, lastDay(chosen.period, chosen.grain))];
    const found = rows.filter((row) => row.grain === grain && row.period_start === period);
    first ??= { rows: found, grain, period };
    if (found.length) return { rows: found, grain, period };
  }
  return first ?? { rows: [], grain: null, period: null };
}

// The grains that rows have: the chosen one, then longer ones, then shorter ones.
function grainsFrom(rows) {
  const has = new Set(rows.map((row) => row.grain));
  const place = GRAINS.indexOf(chosen.grain);
  return [...GRAINS.slice(place), ...GRAINS.slice(0, place).reverse()].filter((grain) => has.has(grain));
}

function rowsOfChoice(picture, rows) {
  if (!rows.length || !('dimension' in rows[0])) return { rows, isAnswered: chosen.dimension === 'all' };
  const own = rows.filter((row) => row.dimension === chosen.dimension && row.dimension_value === chosen.of);
  if (own.length || picture.answers.includes(chosen.dimension)) return { rows: own, isAnswered: true };
  return { rows: rows.filter((row) => row.dimension === 'all'), isAnswered: false };
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
  const { rows: own, isAnswered } = rowsOfChoice(picture, rowObjects(picture.rows));
  if (picture.follows === 'nothing' || !own.length || !('grain' in own[0])) {
    return { rows: dated(own, picture), isAnswered, grain: null, period: null };
  }
  if (picture.follows === 'grain') {
    const [grain] = grainsFrom(own);
    return { rows: dated(own.filter((row) => row.grain === grain), picture), isAnswered, grain, period: null };
  }
  const found = rowsOfPeriod(own);
  return { ...found, rows: dated(found.rows, picture), isAnswered };
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
    element('h3', { id: `title-${picture.key}` }, picture.title[chosen.language]),
    element('p', { class: 'reading', id: `reading-${picture.key}` }, picture.reading[chosen.language]),
    element('p', { class: 'about' }),
    element('div', { class: 'chart', role: 'img', 'aria-label': `${picture.title[chosen.language]}. ${picture.reading[chosen.language]}` }),
    element('details', { class: 'rows' }, element('summary', {}, words().rows)),
    links.length ? element('figcaption', {}, element('span', { class: 'quiet' }, `${words().definitions} `), element('ul', { class: 'links' }, links)) : null,
  );
}

// Draw a picture, or give its rows to the chart that stands.
async function showPicture(picture) {
  const figure = byId(`picture-${picture.key}`);
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
  const view = views.get(picture.key);
  if (view) await view.data('rows', rows).resize().runAsync();
  else if (rows.length) {
    const place = element('div');
    figure.querySelector('.chart').replaceChildren(place);
    const made = await embedded(picture, place, rows);
    // A choice made meanwhile has drawn its own chart, or put a new figure in this one's place.
    if (place.isConnected) views.set(picture.key, made);
    else made.finalize();
  }
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
