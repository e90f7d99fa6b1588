// Names that fit while somebody types a segment: facts, dimensions, labels, in the viewer's language.
const MOST = 8;

/** What is being typed before the caret: a label in quotes, or a name; null where neither. */
function typed(text, caret, words) {
  const before = text.slice(0, caret);
  const quote = /(\w+)\s*(?:=|<>|!=|\bin\s*\()\s*(?:'[^']*'\s*,\s*)*'([^']*)$/u.exec(before);
  if (quote && words.labels[quote[1]]) {
    return { dimension: quote[1], part: quote[2], start: caret - quote[2].length };
  }
  if ((before.match(/'/g) ?? []).length % 2) {
    const part = /'([^']*)$/.exec(before)[1];
    return { dimension: null, part, start: caret - part.length, quoted: true };
  }
  const name = /[\p{L}_][\p{L}\p{N}_]*$/u.exec(before)?.[0];
  return name ? { part: name, start: caret - name.length } : null;
}

const has = (text, part) => text.toLowerCase().includes(part.toLowerCase());

function fitting(where, words) {
  const { part } = where;
  if (where.dimension) {
    return words.labels[where.dimension]
      .filter(([key, name]) => has(key, part) || has(name, part))
      .map(([key, name]) => ({ text: `${key}'`, shown: key, says: name }));
  }
  const sets = new Set(words.words.filter(([kind]) => kind === 'set').map(([, name]) => name));
  const found = [];
  const labels = (wanted) => {
    for (const [dimension, list] of Object.entries(words.labels)) {
      for (const [key, name] of list) {
        const set = sets.has(dimension);
        if (!(has(key, part) || has(name, part)) || (where.quoted && !set)) continue;
        const test = set ? `'${key}' in ${dimension}` : `${dimension} = '${key}'`;
        if (wanted(key, name)) found.push({ text: where.quoted ? test.slice(1) : test, shown: test, says: name });
      }
    }
  };
  if (where.quoted) {
    labels(() => true);
    return found;
  }
  for (const [kind, name, says, unit] of words.words) {
    if (kind === 'threshold' ? name.startsWith(part) : has(name, part) || has(says, part)) {
      const text = kind === 'dimension' ? `${name} = '` : kind === 'fact' && unit === 'moment' ? `age(${name}) <= ` : `${name} `;
      found.push({ text: kind === 'set' ? name : text, shown: name, says, first: name.startsWith(part) });
    }
  }
  if (part.length > 1) labels(() => true);
  const exact = (one) => one.shown === part;
  return found.some(exact) ? [] : found.sort((a, b) => Number(b.first ?? false) - Number(a.first ?? false));
}

/** Offer names below the field; `taken` is called after one was taken. */
export function complete(field, list, words, taken) {
  let options = [];
  let chosen = -1;
  let where = null;

  function close() {
    list.hidden = true;
    options = [];
    field.removeAttribute('aria-activedescendant');
  }

  function choose(n) {
    chosen = (n + options.length) % options.length;
    [...list.children].forEach((item, i) => item.setAttribute('aria-selected', String(i === chosen)));
    list.children[chosen].scrollIntoView({ block: 'nearest' });
    field.setAttribute('aria-activedescendant', list.children[chosen].id);
  }

  function offer() {
    where = typed(field.value, field.selectionStart, words);
    options = where ? fitting(where, words).slice(0, MOST) : [];
    if (!options.length) return close();
    list.replaceChildren(
      ...options.map(({ shown, says }, n) => {
        const item = document.createElement('li');
        item.id = `completion-${n}`;
        item.setAttribute('role', 'option');
        const code = document.createElement('code');
        code.textContent = shown;
        const text = document.createElement('span');
        text.className = 'quiet';
        text.textContent = says;
        item.append(code, text);
        return item;
      }),
    );
    list.hidden = false;
    return choose(0);
  }

  function take(n) {
    let end = field.selectionStart;
    const { text } = options[n];
    if (text.endsWith("'") && field.value[end] === "'") end += 1;
    field.setRangeText(text, where.start, end, 'end');
    close();
    field.focus();
    taken();
  }

  field.addEventListener('input', offer);
  field.addEventListener('blur', close);
  field.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    const open = options.length > 0;
    if (open && event.key === 'ArrowDown') choose(chosen + 1);
    else if (open && event.key === 'ArrowUp') choose(chosen - 1);
    else if (open && event.key === 'Escape') close();
    else if (event.key === 'Enter' && !event.shiftKey) {
      if (open) take(chosen);
      else taken();
    } else return;
    event.preventDefault();
  });
  list.addEventListener('mousedown', (event) => {
    event.preventDefault(); // the field keeps the focus
    const item = event.target.closest('li');
    if (item) take([...list.children].indexOf(item));
  });
}
