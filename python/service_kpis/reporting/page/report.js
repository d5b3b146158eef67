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

// The address holds the choices, so a link within the page moves without it.
function goTo(id) {
  const target = byId(id);
  const heading = target.querySelector('h2') ?? target;
  target.scrollIntoView({ block: 'start' });
  heading.focus({ preventScroll: true });
}

// Show the choice: the scorecard and the contracts anew, then every picture, those in sight first.
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
  for (const picture of picturesInOrder()) {
    await idle();
    if (turn !== showing) return;
    await showPicture(picture);
  }
  document.documentElement.dataset.ready = 'true';
}

function picturesInOrder() {
  const distance = (picture) => Math.abs(byId(`picture-${picture.key}`).getBoundingClientRect().top - innerHeight / 2);
  return [...report.pictures].sort((a, b) => distance(a) - distance(b));
}

function idle() {
  return new Promise((resolve) => { setTimeout(resolve, 0); });
}

async function open() {
  await unpack();
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
  window.addEventListener('beforeprint', () => { if (byId('absent')) byId('absent').open = true; });
  await show();
}

open();
