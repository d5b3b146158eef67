// The scorecard: every KPI by theme, the headlines first, and what changed beyond chance.
const HEADLINE_COUNT = 8;
const MOST_CHANGES = 6;

function sortedKpis() {
  return [...kpis.values()].sort(
    (a, b) => themeOrder(a.theme) - themeOrder(b.theme) || a.label[chosen.language].localeCompare(b.label[chosen.language], locale()),
  );
}

// The rows of a KPI: itself, or its parts where it has no whole (a share of a channel, say).
function rowsOf(kpi) {
  if (kpi.hasWhole || !kpi.parts.length) return [shown(kpi)].filter(Boolean);
  return kpi.parts.map((part) => shown(kpi, part)).filter(Boolean);
}

function scorecard() {
  const all = sortedKpis().map((kpi) => ({ kpi, rows: rowsOf(kpi) }));
  const present = all.filter(({ rows }) => rows.length);
  const found = present.flatMap(({ rows }) => rows);
  return section(
    'scorecard',
    words().scorecard,
    element('p', { class: 'intro' }, words().scorecardIntro),
    tally(found),
    headlineCards(present),
    changes(found),
    ...themes().map((theme) => themeTable(theme, present.filter(({ kpi }) => kpi.theme === theme))),
    absentKpis(all.filter(({ rows }) => !rows.length).map(({ kpi }) => kpi)),
  );
}

function ofChoice(found) {
  return found.filter((row) => !row.isWholeOnly && !row.part);
}

function tally(found) {
  const own = ofChoice(found);
  const changed = own.filter((row) => row.isBeyondChance);
  const count = (rows, text, kind) => element('li', { class: kind }, element('strong', {}, number(rows.length, 0)), ` ${typeof text === 'function' ? text(rows.length) : text}`);
  return element(
    'ul',
    { class: 'tally' },
    count(own.filter((row) => row.status === 'met'), words().tallyMet, 'good'),
    count(own.filter((row) => row.status === 'missed'), words().tallyMissed, 'bad'),
    count(changed.filter((row) => verdict(row.kpi, row) === 'better'), words().tallyBetter, 'good'),
    count(changed.filter((row) => verdict(row.kpi, row) === 'worse'), words().tallyWorse, 'bad'),
  );
}

function headlineCards(present) {
  const first = report.headlines.map((key) => present.find(({ kpi }) => kpi.key === key)?.rows[0]).filter(
    (row) => row && !row.isWholeOnly,
  );
  const cards = first.slice(0, HEADLINE_COUNT).map((row) =>
    element(
      'li',
      { class: 'card', 'data-kpi-card': row.kpi.key },
      element('h4', {}, kpiName(row.kpi)),
      element('p', { class: 'big' }, valueText(row.value, row.kpi.unit)),
      element('p', { class: 'beside' }, statusMark(row.status), targetNote(row)),
      element('p', { class: 'beside' }, changeNote(row)),
      sparkline(row, 260, 56),
      element('p', { class: 'small' }, `n = ${valueText(row.n, 'count')}`, periodNote(row)),
    ),
  );
  if (!cards.length) return null;
  return element('div', {}, element('h3', {}, words().headlines), element('ul', { class: 'cards' }, cards));
}

function targetNote(row) {
  const text = targetText(row.kpi.target, row.kpi.unit, row.kpi.direction);
  return text ? element('span', { class: 'quiet' }, ` ${words().target.toLowerCase()} ${text}`) : null;
}

// The change to the period before: how large, whether good, whether beyond chance.
function changeNote(row) {
  if (row.change === null) return element('span', { class: 'quiet' }, words().noPrevious);
  const judged = row.isBeyondChance ? verdict(row.kpi, row) : null;
  const sign = row.change > 0 ? '▲' : row.change < 0 ? '▼' : '=';
  const told = [changeText(row.change, row.kpi.unit)];
  if (judged) told.push(words()[judged].toLowerCase());
  const chance = row.isBeyondChance === null ? '' : row.isBeyondChance ? words().beyond : words().within;
  return element(
    'span',
    { class: `change ${judged ?? 'even'}`, title: words().from(valueText(row.previous, row.kpi.unit), periodText(row.previousPeriod, row.grain)) },
    element('span', { class: 'arrow', 'aria-hidden': 'true' }, `${sign} `),
    element('span', { class: 'much' }, told.join(', ')),
    chance ? element('span', { class: 'chance' }, ` ${chance}`) : null,
  );
}

// Named where a row isn't of the chosen period, isn't of the choice, or isn't complete.
function periodNote(row) {
  const told = [];
  const isOther = row.grain !== chosen.grain || row.period !== chosen.period;
  if (isOther) told.push(periodText(row.period, row.grain));
  if (!row.isComplete) told.push(words().notComplete);
  if (row.isWholeOnly) told.push(words().wholeOnly);
  return told.length ? element('span', { class: 'note' }, ` ${told.join(' · ')}`) : null;
}

function changes(found) {
  const own = ofChoice(found).filter((row) => row.isBeyondChance && row.isComplete);
  const size = (row) => Math.abs(row.change) / (Math.abs(row.previous) || Math.abs(row.value) || 1);
  const list = (kind, none) => {
    const rows = own.filter((row) => verdict(row.kpi, row) === kind).sort((a, b) => size(b) - size(a));
    const items = rows.slice(0, MOST_CHANGES).map((row) =>
      element(
        'li',
        {},
        kpiName(row.kpi),
        element('span', { class: 'figures' }, element('strong', {}, valueText(row.value, row.kpi.unit)), ' ', element('span', { class: kind }, changeText(row.change, row.kpi.unit))),
      ),
    );
    return element(
      'div',
      { class: `panel ${kind}` },
      element('h4', {}, `${words()[kind]} (${rows.length})`),
      items.length ? element('ul', { class: 'plain' }, items) : element('p', { class: 'quiet' }, none),
    );
  };
  return element(
    'div',
    { id: 'changes' },
    element('h3', {}, words().changed),
    element('div', { class: 'two' }, list('worse', words().nothingWorse), list('better', words().nothingBetter)),
  );
}

function themeTable(theme, present) {
  if (!present.length) return null;
  const columns = [
    [words().kpi, false],
    [words().value, true],
    [words().status, false],
    [words().change, false],
    [words().trend, false],
    [words().sample, true],
  ];
  const rows = present.flatMap(({ rows: found }) => found).map((row) => [
    [
      kpiName(row.kpi),
      row.part ? element('span', { class: 'part' }, ` ${nameText(row.part.of)}`) : null,
      periodNote(row),
    ],
    element('strong', { class: 'value' }, valueText(row.value, row.kpi.unit)),
    [statusMark(row.status), targetNote(row)],
    changeNote(row),
    sparkline(row, 120, 28),
    valueText(row.n, 'count'),
  ]);
  return element(
    'div',
    { class: 'theme', id: `scorecard-${theme}` },
    element('h3', {}, themeText(theme)),
    table(`${words().scorecard}: ${themeText(theme)}`, columns, rows, { class: 'kpis' }),
  );
}

function absentKpis(absent) {
  if (!absent.length) return null;
  const rows = absent.map((kpi) => [kpiName(kpi), themeText(kpi.theme), whyAbsent(kpi)]);
  return element(
    'details',
    { id: 'absent' },
    element('summary', {}, words().absentCount(absent.length)),
    table(words().absent, [[words().kpi], [words().sections], [words().status]], rows, { class: 'absent' }),
  );
}

function whyAbsent(kpi) {
  if (kpi.hasValue) return words().absentHere;
  if (kpi.hasRows) return words().nothingToDivide(kpi.formula);
  return words().toLand(words().tables[kpi.theme] ?? words().anyTables);
}
