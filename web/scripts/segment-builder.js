// A question put together from rows, for people who write no expressions.
import { $, $$ } from './dom.js';

const HOW = {
  dimension: ['is', 'is_not'],
  set: ['has', 'has_not'],
  moment: ['within', 'before', 'ever', 'never'],
  number: ['at_least', 'at_most', 'exactly'],
  money: ['at_least', 'at_most'],
};
const SYMBOLS = { at_least: '>=', at_most: '<=', exactly: '=' };

function option(value, text) {
  return new Option(text, value);
}

/** One test as it is written; null while something is missing. */
function written({ what, how, value, unit }, currency) {
  const label = `'${String(value).replaceAll("'", "''")}'`;
  const amount = /^\d+([.]\d+)?$/.test(value) ? value : null;
  switch (how) {
    case 'is': return value && `${what} = ${label}`;
    case 'is_not': return value && `${what} <> ${label}`;
    case 'has': return value && `${label} in ${what}`;
    case 'has_not': return value && `not ${label} in ${what}`;
    case 'ever': return `known(${what})`;
    case 'never': return `unknown(${what})`;
    case 'within': return amount && `age(${what}) <= ${amount}${unit}`;
    case 'before': return amount && `age(${what}) > ${amount}${unit}`;
    default: return amount && `${what} ${SYMBOLS[how]} ${amount}${unit === 'money' ? ` ${currency}` : ''}`;
  }
}

/** Wire the builder; `changed(text)` is told the question whenever the rows make another one. */
export function build(root, { words, labels, currency, say }, changed) {
  const list = $('#builder-rows');
  const kinds = new Map(words.filter(([kind]) => kind !== 'threshold')
    .map(([kind, name, , unit]) => [name, kind === 'fact' ? unit : kind]));

  function group(title, wanted) {
    const made = document.createElement('optgroup');
    made.label = title;
    const of = words.filter(([kind]) => wanted.includes(kind));
    made.append(...of.map(([, name, says]) => option(name, says)).sort((a, b) => a.text.localeCompare(b.text)));
    return made;
  }

  function input(kind, how) {
    const box = document.createDocumentFragment();
    if (how === 'ever' || how === 'never') return box;
    if (kind === 'moment' || kind === 'number' || kind === 'money') {
      const number = document.createElement('input');
      Object.assign(number, { type: 'number', min: 0, step: kind === 'money' ? 'any' : 1, value: kind === 'moment' ? 7 : '' });
      number.setAttribute('aria-label', say.value);
      number.dataset.part = 'amount';
      box.append(number);
      if (kind === 'money') box.append(` ${currency}`);
    }
    if (kind === 'moment') {
      const unit = document.createElement('select');
      unit.append(...['min', 'h', 'd', 'w'].map((one) => option(one, say[one])));
      unit.value = 'd';
      unit.setAttribute('aria-label', say.unit);
      unit.dataset.part = 'unit';
      box.append(unit);
    }
    return box;
  }

  function choices(name) {
    const select = document.createElement('select');
    select.append(option('', say.choose), ...(labels[name] ?? []).map(([key, text]) => option(key, text)));
    select.setAttribute('aria-label', say.value);
    select.dataset.part = 'amount';
    return select;
  }

  function fill(row, part) {
    const what = $('[data-part="what"]', row).value;
    const how = $('[data-part="how"]', row);
    const kind = kinds.get(what);
    if (part === 'what') {
      how.replaceChildren(...(HOW[kind] ?? []).map((one) => option(one, say[one])));
      how.hidden = !kind;
    }
    if (part === 'what' || (part === 'how' && kind === 'moment')) {
      const of = kind === 'dimension' || kind === 'set' ? choices(what) : input(kind, how.value);
      $('[data-part="value"]', row).replaceChildren(of);
    }
  }

  function add() {
    const row = $('#row-template').content.firstElementChild.cloneNode(true);
    const what = $('[data-part="what"]', row);
    what.append(option('', say.choose), group(say.labels, ['dimension', 'set']), group(say.facts, ['fact']));
    fill(row, 'what');
    list.append(row);
    return what;
  }

  function tell() {
    const tests = $$('li', list).map((row) => {
      const value = (part) => $(`[data-part="${part}"]`, row)?.value ?? '';
      const what = value('what');
      const unit = kinds.get(what) === 'money' ? 'money' : value('unit');
      return what && written({ what, how: value('how'), value: value('amount'), unit }, currency);
    });
    const whole = tests.filter(Boolean);
    if (whole.length) changed(whole.join(` ${$('#rows').elements.join.value} `));
  }

  root.addEventListener('change', (event) => {
    const row = event.target.closest('li');
    if (row) fill(row, event.target.dataset.part);
    tell();
  });
  root.addEventListener('input', (event) => event.target.type === 'number' && tell());
  root.addEventListener('submit', (event) => event.preventDefault());
  root.addEventListener('click', (event) => {
    const act = event.target.closest('[data-act]')?.dataset.act;
    if (act === 'add-row') add().focus();
    if (act === 'drop-row') {
      event.target.closest('li').remove();
      if (!list.children.length) add();
      $('[data-act="add-row"]', root).focus();
      tell();
    }
  });
  add();
}
