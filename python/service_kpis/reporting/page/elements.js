// Elements of the page. What data says becomes text and attributes, never markup.
const SVG = 'http://www.w3.org/2000/svg';

function byId(id) {
  return document.getElementById(id);
}

function element(name, attributes = {}, ...children) {
  return dressed(document.createElement(name), attributes, children);
}

function drawing(name, attributes = {}, ...children) {
  return dressed(document.createElementNS(SVG, name), attributes, children);
}

function dressed(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === 'onclick') made.addEventListener('click', value);
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ''));
  return made;
}

function section(id, title, ...children) {
  const heading = element('h2', { id: `${id}-title`, tabindex: '-1' }, title);
  return element('section', { id, 'aria-labelledby': `${id}-title` }, heading, ...children);
}

// A table whose numbers stand under each other; `columns` are [heading, isNumber].
function table(caption, columns, rows, attributes = {}) {
  const head = columns.map(([text, isNumber]) => element('th', { scope: 'col', class: isNumber ? 'n' : null }, text));
  const body = rows.map((cells) => {
    const made = cells.map((content, place) => {
      const settings = { class: columns[place][1] ? 'n' : null, 'data-name': columns[place][0] };
      if (place === 0) return element('th', { scope: 'row', ...settings }, content);
      return element('td', settings, content);
    });
    return element('tr', {}, made);
  });
  return element(
    'table',
    attributes,
    element('caption', { class: 'unseen' }, caption),
    element('thead', {}, element('tr', {}, head)),
    element('tbody', {}, body),
  );
}

// The name of a KPI, which opens its definition.
function kpiName(kpi) {
  return element(
    'button',
    { type: 'button', class: 'name', 'data-kpi': kpi.key, 'aria-haspopup': 'dialog', onclick: () => openDefinition(kpi) },
    kpi.label[chosen.language],
  );
}

function statusMark(status) {
  if (status !== 'met' && status !== 'missed') return null;
  const sign = element('span', { 'aria-hidden': 'true' }, status === 'met' ? '✓' : '✗');
  return element('span', { class: `status ${status}` }, sign, ` ${words()[status]}`);
}
