// What was promised to clients and services, beside what was kept.
function contracts() {
  const rows = contractRows();
  if (!tableOf(report.contracts).places.length) return null;
  const columns = [
    [words().client], [words().service], [words().kpi], [words().kept, true], [words().promised, true],
    [words().status], [words().sample, true],
  ];
  const body = rows.map((row) => {
    const kpi = kpis.get(row.kpi_key);
    return [
      row.client === null ? words().anyClient : nameText(row.client),
      row.service === null ? words().anyService : nameText(row.service),
      kpi ? kpiName(kpi) : row.kpi_key,
      element('strong', { class: 'value' }, valueText(row.value, kpi?.unit)),
      targetText(row.target, kpi?.unit, kpi?.direction),
      [statusMark(row.status), row.is_complete ? null : element('span', { class: 'note' }, ` ${words().notComplete}`)],
      valueText(row.sample_size, 'count'),
    ];
  });
  const period = rows[0] ? words().shownPeriod(periodText(rows[0].period_start, rows[0].grain)) : '';
  return section(
    'contracts',
    words().contracts,
    element('p', { class: 'intro' }, `${words().contractsIntro} ${period}`),
    rows.length
      ? table(words().contracts, columns, body, { class: 'kpis contracts' })
      : element('p', { class: 'quiet' }, words().noContracts),
  );
}

// The promises that bear on the choice: of its client or of any, for its service or for any.
function contractRows() {
  const { columns, places } = tableOf(report.contracts);
  const found = rowsAt(columns, placesOfPeriod(columns, places).places);
  const [client, service] = sidesOfChoice();
  return found.filter((row) => (client === null || row.client === null || row.client === client)
    && (service === null || row.service === null || row.service === service));
}

// The client and the service of the choice; null = any.
function sidesOfChoice() {
  if (chosen.dimension === 'client') return [chosen.of, null];
  if (chosen.dimension === 'service') return [null, chosen.of];
  if (chosen.dimension === 'contract') return report.sides[chosen.of];
  return [null, null];
}
