// What the reader chose, kept in the address so that a view can be linked.
const chosen = { language: 'en', theme: null, grain: 'month', period: null, dimension: 'all', of: 'all' };

function readAddress() {
  const hash = location.hash.slice(1);
  const said = new URLSearchParams(hash.includes('=') ? hash : '');
  const own = navigator.language.toLowerCase().startsWith('fr') ? 'fr' : 'en';
  chosen.language = said.get('language') in WORDS ? said.get('language') : own;
  chosen.theme = ['dark', 'light'].includes(said.get('theme')) ? said.get('theme') : null;
  chosen.grain = offeredGrains().includes(said.get('grain')) ? said.get('grain') : firstGrain();
  chosen.period = said.get('period');
  const [dimension, ...rest] = (said.get('for') ?? '').split(':');
  const of = rest.join(':');
  const isOffered = report.choices[dimension]?.includes(of);
  [chosen.dimension, chosen.of] = isOffered ? [dimension, of] : ['all', 'all'];
  keepPeriod();
}

function writeAddress() {
  const said = new URLSearchParams();
  if (chosen.period) {
    said.set('grain', chosen.grain);
    said.set('period', chosen.period);
  }
  if (chosen.dimension !== 'all') said.set('for', `${chosen.dimension}:${chosen.of}`);
  said.set('language', chosen.language);
  if (chosen.theme) said.set('theme', chosen.theme);
  history.replaceState(null, '', `#${said}`);
}

function offeredGrains() {
  return GRAINS.filter((grain) => report.periods[grain].starts.length);
}

// Months, unless the data is too short to compare two.
function firstGrain() {
  const offered = offeredGrains();
  const wanted = ['month', 'week', 'day'].find((grain) => (report.periods[grain].latest ?? 0) >= 1);
  return wanted ?? (offered.includes('month') ? 'month' : offered[0] ?? 'month');
}

function offeredPeriods() {
  const { starts, first } = report.periods[chosen.grain];
  return starts.slice(first).reverse();
}

// Keep the chosen day where the grain changes; else take the latest complete period.
function keepPeriod() {
  const { starts, latest } = report.periods[chosen.grain];
  const offered = offeredPeriods();
  if (chosen.period && !offered.includes(chosen.period)) {
    const place = /^\d{4}-\d{2}-\d{2}$/.test(chosen.period) ? placeOf(chosen.grain, chosen.period) : -1;
    chosen.period = offered.includes(starts[place]) ? starts[place] : null;
  }
  chosen.period ??= starts[latest ?? starts.length - 1] ?? null;
}

function isRunning(period) {
  const { starts, latest } = report.periods[chosen.grain];
  return starts.indexOf(period) > (latest ?? -1);
}

function scopeText() {
  if (chosen.dimension === 'all') return words().whole;
  return `${words().dimensions[chosen.dimension]} ${nameText(chosen.of)}`;
}

function chosenPeriodText() {
  const text = periodText(chosen.period, chosen.grain);
  return isRunning(chosen.period) ? `${text} (${words().running})` : text;
}

function fillChoices() {
  fill(byId('grain'), offeredGrains().map((grain) => option(grain, words().grains[grain])), chosen.grain);
  const periods = offeredPeriods().map((period) => {
    const text = periodText(period, chosen.grain);
    return option(period, isRunning(period) ? `${text} (${words().running})` : text);
  });
  fill(byId('period'), periods, chosen.period);
  const scopes = [option('all:all', words().whole)];
  for (const [dimension, values] of Object.entries(report.choices)) {
    if (!values.length) continue;
    const group = element('optgroup', { label: words().dimensions[dimension] });
    group.append(...values.map((of) => option(`${dimension}:${of}`, nameText(of))));
    scopes.push(group);
  }
  fill(byId('scope'), scopes, `${chosen.dimension}:${chosen.of}`);
  for (const button of document.querySelectorAll('[data-language]')) {
    button.setAttribute('aria-pressed', String(button.dataset.language === chosen.language));
  }
  const theme = byId('theme');
  theme.textContent = isDark() ? words().light : words().dark;
  theme.setAttribute('aria-label', isDark() ? words().toLight : words().toDark);
}

function fill(select, options, value) {
  select.replaceChildren(...options);
  select.value = value;
}

function option(value, text) {
  return element('option', { value }, text);
}

function isDark() {
  if (chosen.theme) return chosen.theme === 'dark';
  return matchMedia('(prefers-color-scheme: dark)').matches;
}

// Let every choice answer; `choose` shows the page again.
function listenToChoices(choose) {
  byId('choices').addEventListener('submit', (event) => event.preventDefault());
  byId('grain').addEventListener('change', (event) => {
    const wasLatest = chosen.period === report.periods[chosen.grain].starts[report.periods[chosen.grain].latest];
    const day = lastDay(chosen.period, chosen.grain);
    chosen.grain = event.target.value;
    // From the latest complete month to the latest complete day, and not to the month's first.
    chosen.period = wasLatest ? null : day;
    keepPeriod();
    choose();
  });
  byId('period').addEventListener('change', (event) => {
    chosen.period = event.target.value;
    choose();
  });
  byId('scope').addEventListener('change', (event) => {
    const [dimension, ...rest] = event.target.value.split(':');
    [chosen.dimension, chosen.of] = [dimension, rest.join(':')];
    choose();
  });
  for (const button of document.querySelectorAll('[data-language]')) {
    button.addEventListener('click', () => {
      chosen.language = button.dataset.language;
      choose();
    });
  }
  byId('theme').addEventListener('click', () => {
    chosen.theme = isDark() ? 'light' : 'dark';
    choose();
  });
  window.addEventListener('hashchange', () => {
    const hash = location.hash.slice(1);
    if (isPart(hash)) {
      writeAddress();
      goTo(hash);
      return;
    }
    readAddress();
    choose();
  });
}
