// A KPI's definition, a click away wherever its name stands.
function openDefinition(kpi) {
  const dialog = byId('definition');
  const entry = (term, ...told) => [element('dt', {}, term), element('dd', {}, ...told)];
  const target = targetText(kpi.target, kpi.unit, kpi.direction);
  const found = kpi.hasWhole ? shown(kpi) : null;
  const articles = kpi.article.split(/[\s,]+/).filter(Boolean);
  dialog.replaceChildren(
    element(
      'div',
      { class: 'top-of-dialog' },
      element('h2', { id: 'definition-title' }, kpi.label[chosen.language]),
      element('button', { type: 'button', class: 'close', onclick: () => dialog.close() }, words().close),
    ),
    element('p', { class: 'lead' }, kpi.definition[chosen.language]),
    found ? element('p', { class: 'big' }, valueText(found.value, kpi.unit), element('span', { class: 'small' }, ` ${periodText(found.period, found.grain)}`)) : null,
    found ? sparkline(found, 520, 90) : null,
    element(
      'dl',
      {},
      entry(words().formula, element('code', { lang: 'en' }, kpi.formula)),
      entry(words().unit, words().units[kpi.unit] ?? kpi.unit),
      entry(words().direction, words()[kpi.direction] ?? words().neither),
      target ? entry(words().target, kpi.target_on ? words().targetOn(target, dateText(dayOf(kpi.target_on))) : target) : [],
      found?.low !== null && found ? entry('95 %', `${valueText(found.low, kpi.unit)} – ${valueText(found.high, kpi.unit)}`) : [],
      entry(words().owner, sentence(kpi.owner.replaceAll('_', ' '))),
      articles.length ? entry(words().article, articles.map((article) => element('div', {}, `${article} · ${words().articles[article] ?? ''}`))) : [],
      entry(words().key, element('code', {}, kpi.key)),
    ),
  );
  dialog.showModal();
}

// A click beside the dialog closes it, as Escape does.
function listenToDefinition() {
  byId('definition').addEventListener('click', (event) => {
    if (event.target === event.currentTarget) event.currentTarget.close();
  });
}
