// Numbers, durations and dates as people of the chosen language write them.
const THIN = '\u202f';
const MINUS = '\u2212';
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

const formatters = new Map();

function numberFormat(options) {
  const key = chosen.language + JSON.stringify(options);
  if (!formatters.has(key)) formatters.set(key, new Intl.NumberFormat(locale(), options));
  return formatters.get(key);
}

function dateFormat(options) {
  const key = `date ${chosen.language}${JSON.stringify(options)}`;
  if (!formatters.has(key)) formatters.set(key, new Intl.DateTimeFormat(locale(), options));
  return formatters.get(key);
}

function locale() {
  return chosen.language === 'fr' ? 'fr-FR' : 'en-GB';
}

function number(value, decimals) {
  const text = numberFormat({ minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(Math.abs(value));
  // What is written as zero has no side.
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

function percent(share, decimals) {
  return `${number(share * 100, decimals)}${chosen.language === 'fr' ? THIN : ''}%`;
}

// 8.4 s, 1 min 05 s, 2 h 05 min or 3 d 4 h, with the digits that still matter.
function duration(seconds) {
  const sign = seconds < 0 ? MINUS : '';
  const size = Math.abs(seconds);
  if (Math.round(size * 10) / 10 < MINUTE) return `${sign}${number(size, 1)}${THIN}s`;
  if (Math.round(size) < HOUR) {
    const whole = Math.round(size);
    const rest = String(whole % MINUTE).padStart(2, '0');
    return `${sign}${Math.floor(whole / MINUTE)}${THIN}min${THIN}${rest}${THIN}s`;
  }
  const minutes = Math.round(size / MINUTE);
  if (minutes * MINUTE < 2 * DAY) {
    return `${sign}${Math.floor(minutes / 60)}${THIN}h${THIN}${String(minutes % 60).padStart(2, '0')}${THIN}min`;
  }
  const hours = Math.round(size / HOUR);
  return `${sign}${number(Math.floor(hours / 24), 0)}${THIN}${words().days}${THIN}${hours % 24}${THIN}h`;
}

function money(value) {
  const digits = Math.abs(value) < 10000 ? 2 : 0;
  const currency = report.facts.currency;
  if (!currency) return number(value, digits);
  const options = { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits };
  return numberFormat(options).format(value);
}

// A value with its unit, as the scorecard, the tables and the charts all write it.
function valueText(value, unit) {
  if (value === null || value === undefined) return '–';
  switch (unit) {
    case 'seconds':
      return duration(value);
    case 'flag': {
      // A verdict of a mart is true or false, a KPI's 1 or 0; a share of a whole lies between.
      const is = Number(value);
      return is === 1 ? words().yes : is === 0 ? words().no : percent(is, 1);
    }
    case 'ratio':
      // One defect in a thousand is a value that readers care for; one decimal would hide it.
      return percent(value, Math.abs(value) > 0 && Math.abs(value) < 0.01 ? 2 : 1);
    case 'currency':
      return money(value);
    case 'per_day':
      return `${number(value, 1)} ${words().aDay}`;
    case 'score':
      return number(value, 2);
    case 'points':
      return number(value, 1);
    case 'hour':
      return words().hour(value);
    case 'weekday':
      return words().weekdays[value - 1];
    case 'count':
      return number(value, Number.isInteger(value) ? 0 : 1);
    default:
      return String(value);
  }
}

// A difference with its sign; of shares in percentage points.
function changeText(change, unit) {
  const size = Math.abs(change);
  let text;
  if (unit === 'ratio' || unit === 'flag') {
    text = `${number(size * 100, size > 0 && size < 0.001 ? 2 : 1)}${THIN}${words().points}`;
  } else {
    text = valueText(size, unit);
  }
  if (!/[1-9]/.test(text)) return `±${text}`;
  return `${change > 0 ? '+' : MINUS}${text}`;
}

function targetText(target, unit, direction) {
  if (target === null) return '';
  const side = { up: '≥', down: '≤' }[direction];
  return side ? `${side}${THIN}${valueText(target, unit)}` : valueText(target, unit);
}

// Dates without a time are local midnights here, so that no time zone moves them.
function dayOf(text) {
  const [year, month, day] = text.split('-').map(Number);
  return new Date(year, month - 1, day);
}

function dateText(day) {
  return dateFormat({ day: 'numeric', month: 'short', year: 'numeric' }).format(day);
}

function instantText(text) {
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime())) return text;
  const options = { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZone: report.facts.timezone || 'UTC', timeZoneName: 'short' };
  return dateFormat(options).format(instant);
}

function periodText(text, grain) {
  const day = dayOf(text);
  switch (grain) {
    case 'year':
      return String(day.getFullYear());
    case 'quarter':
      return words().quarterOf(Math.floor(day.getMonth() / 3) + 1, day.getFullYear());
    case 'month':
      return sentence(dateFormat({ month: 'long', year: 'numeric' }).format(day));
    case 'week':
      return words().weekOf(dateText(day));
    default:
      return dateFormat({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).format(day);
  }
}

// A period on an axis, where a few letters must do.
function tickText(value, grain) {
  const day = new Date(value);
  switch (grain) {
    case 'year':
      return String(day.getFullYear());
    case 'quarter':
      return words().quarterOf(Math.floor(day.getMonth() / 3) + 1, String(day.getFullYear()).slice(2));
    case 'month':
      return dateFormat({ month: 'short', year: '2-digit' }).format(day);
    default:
      return dateFormat({ day: 'numeric', month: 'short' }).format(day);
  }
}

function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

// "(none)" is what kpi_values calls rows without a value for a dimension.
function nameText(value) {
  return value === '(none)' ? words().none : value;
}
