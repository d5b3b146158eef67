// A KPI's past and present in one stroke, with the shown period marked.
const SPARK_PERIODS = { day: 62, week: 53, month: 25, quarter: 13, year: 10 };

function sparkline(found, width, height) {
  const { line, kpi } = found;
  const { starts } = report.periods[line.grain];
  const end = line.from + line.value.length - 1;
  const first = Math.max(line.from, Math.min(found.place, end - SPARK_PERIODS[line.grain] + 1));
  const points = [];
  for (let place = first; place <= end; place += 1) {
    const each = cell(line, place);
    if (each && each.value !== null) points.push(each);
  }
  const targets = kpi.target !== null && !['count', 'currency'].includes(kpi.unit) ? [kpi.target] : [];
  const values = points.map((point) => point.value);
  const [bottom, top] = [Math.min(...values, ...targets), Math.max(...values, ...targets)];
  const x = (place) => 4 + ((width - 8) * (place - first)) / Math.max(end - first, 1);
  const y = (value) => height - 4 - ((height - 8) * (value - bottom)) / (top - bottom || 1);
  let path = '';
  points.forEach((point, index) => {
    const isNext = index && points[index - 1].place === point.place - 1;
    path += `${isNext ? 'L' : 'M'}${x(point.place).toFixed(1)} ${y(point.value).toFixed(1)}`;
  });
  const told = words().sparkline(
    kpi.label[chosen.language],
    periodText(starts[first], line.grain),
    periodText(starts[end], line.grain),
    valueText(found.value, kpi.unit),
  );
  return drawing(
    'svg',
    { class: 'spark', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': told },
    targets.length ? drawing('line', { class: 'goal', x1: 0, x2: width, y1: y(targets[0]), y2: y(targets[0]) }) : null,
    drawing('path', { d: path }),
    drawing('circle', { cx: x(found.place).toFixed(1), cy: y(found.value).toFixed(1), r: 3.2, class: found.isComplete ? null : 'open' }),
  );
}
