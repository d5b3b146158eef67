// The page as a whole: what stands where, and what a choice shows anew.
let languageShown = null;
let showing = 0;

function applyWords() {
  document.documentElement.lang = chosen.language;
  document.title = words().title;
  for (const each of document.querySelectorAll('[data-words]')) each.textContent = words()[each.dataset.words];
  for (const each of document.querySelectorAll('[data-label]')) each.setAttribute('aria-label', words()[each.dataset.label]);
}

function factsText() {
  const { span, as_of: asOf, published_at: publishedAt, timezone } = report.facts;
  return [
    span ? words().dataOf(dateText(dayOf(span[0])), dateText(dayOf(span[1]))) : null,
    asOf ? words().asOf(instantText(asOf)) : null,
    timezone ? words().timezone(timezone) : null,
    words().published(instantText(publishedAt)),
  ].filter(Boolean).join(' · ');
}

function checks() {
  const { check_count: count, checked_at: at, warnings } = report.facts;
  const said = [];
  if (!count) said.push(element('p', {}, words().checksUnknown));
  else if (!warnings.length) said.push(element('p', {}, words().checksPassed(count)));
  else {
    said.push(element('p', {}, words().checksOdd(warnings.length, count)));
    said.push(element('ul', { class: 'plain' }, warnings.map(({ name, message }) => element('li', {}, message || name))));
  }
  if (at) said.push(element('p', { class: 'quiet' }, words().checkedAt(instantText(at))));
  for (const [dimension, left] of Object.entries(report.left_out)) {
    if (left) said.push(element('p', { class: 'quiet' }, words().leftOut(left, dimension)));
  }
  return section('checks', words().checks, ...said);
}

function themeSections() {
  return themes().map((theme) => {
    const pictures = report.pictures.filter((picture) => picture.theme === theme);
    if (!pictures.length) return null;
    return section(`theme-${theme}`, themeText(theme), element('div', { class: 'pictures' }, pictures.map(pictureFigure)));
  }).filter(Boolean);
}

function emptyPage() {
  return section(
    'scorecard',
    words().empty,
    element('p', {}, `${words().emptyNext} `, element('code', {}, 'service-kpis run path/to/your/exports')),
    absentKpis(sortedKpis()),
  );
}

function sectionLinks() {
  const links = [...byId('main').querySelectorAll('section')].map((each) => {
    const go = (event) => {
      event.preventDefault();
      goTo(each.id);
    };
    return element('li', {}, element('a', { href: `#${each.id}`, onclick: go }, each.querySelector('h2').textContent));
  });
  byId('sections').replaceChildren(element('ul', {}, links));
}

// The address holds the choices, so a link within the page moves without it. Charts that are drawn
// on the way push the target down: it is sought once more when they stand.
async function goTo(id) {
  const target = byId(id);
  const heading = target.querySelector('h2') ?? target;
  target.scrollIntoView({ block: 'start' });
  heading.focus({ preventScroll: true });
  await drawInSight(showing);
  target.scrollIntoView({ block: 'start' });
}

// A link from elsewhere may name a part of the page in the place of choices.
function isPart(hash) {
  return byId('main').contains(byId(hash));
}

// Show the choice: the scorecard and the contracts anew, then the charts that are in sight.
async function show() {
  const turn = (showing += 1);
  document.documentElement.dataset.ready = 'false';
  document.documentElement.dataset.theme = isDark() ? 'dark' : 'light';
  writeAddress();
  const isNewLanguage = languageShown !== chosen.language;
  if (isNewLanguage) {
    languageShown = chosen.language;
    applyWords();
    for (const view of views.values()) view.finalize();
    views.clear();
    byId('facts').textContent = factsText();
    byId('footer').replaceChildren(element('p', {}, words().made));
  }
  if (!chosen.period) {
    byId('choices').querySelectorAll('label').forEach((label) => { label.hidden = true; });
    byId('theme').textContent = isDark() ? words().light : words().dark;
    byId('main').replaceChildren(emptyPage(), checks());
    sectionLinks();
    document.documentElement.dataset.ready = 'true';
    return;
  }
  fillChoices();
  byId('chosen').textContent = words().chosen(chosenPeriodText(), scopeText());
  const wasOpen = byId('absent')?.open ?? false;
  const fresh = [scorecard(), contracts()].filter(Boolean);
  if (isNewLanguage) byId('main').replaceChildren(...fresh, ...themeSections(), checks());
  else for (const each of fresh) byId(each.id).replaceWith(each);
  if (byId('absent')) byId('absent').open = wasOpen;
  sectionLinks();
  for (const picture of report.pictures) tellPicture(picture);
  if (isNewLanguage) watchPictures();
  await drawInSight(turn);
  if (turn === showing) document.documentElement.dataset.ready = 'true';
}

// A chart costs a tenth of a second: only those within a screen of what is seen are drawn.
let watching = null;

function watchPictures() {
  watching?.disconnect();
  watching = new IntersectionObserver(() => drawInSight(showing), { rootMargin: '100% 0px' });
  for (const picture of report.pictures) watching.observe(figureOf(picture));
}

// How far a picture is from the middle of the window, in windows.
function distance(picture) {
  const { top, bottom } = figureOf(picture).getBoundingClientRect();
  return Math.max(top - innerHeight / 2, innerHeight / 2 - bottom, 0) / innerHeight;
}

// Each chart moves those below it, so that the nearest is looked for after each.
async function drawInSight(turn) {
  for (;;) {
    await idle();
    if (turn !== showing) return;
    const near = report.pictures
      .filter((picture) => undrawn.has(picture.key))
      .map((picture) => [distance(picture), picture])
      .filter(([windows]) => windows < 1.5)
      .sort(([one], [other]) => one - other);
    if (!near.length) return;
    await drawPicture(near[0][1]);
  }
}

// What is printed is all in sight. Vega waits for no timer here, so that the charts stand before
// the browser takes the page.
function drawAll() {
  for (const picture of report.pictures) drawPicture(picture);
}

function idle() {
  return new Promise((resolve) => { setTimeout(resolve, 0); });
}

async function open() {
  await unpack();
  const hash = location.hash.slice(1);
  readAddress();
  listenToDefinition();
  listenToChoices(async () => {
    await show();
    if (chosen.period) byId('announced').textContent = words().announced(chosenPeriodText(), scopeText());
  });
  document.querySelector('[data-go]').addEventListener('click', (event) => {
    event.preventDefault();
    goTo('main');
  });
  window.addEventListener('beforeprint', () => {
    if (byId('absent')) byId('absent').open = true;
    drawAll();
  });
  await show();
  if (isPart(hash)) await goTo(hash);
}

open();
