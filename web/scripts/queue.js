// The list: which row is chosen, and rows that enter, move or leave while somebody works.
import { $, $$, ask, elements, say } from './dom.js';
import { tick } from './times.js';

const list = () => $('#queue');
const places = new WeakMap();
/** Customers acted upon whose answer is not there yet: their rows stay hidden. */
export const leaving = new Set();

let chosen = null; // id of the chosen customer
let neighbour = null; // where to go on after the chosen row left

export const rowOf = (id) => document.getElementById(`q-${id}`);
export const rows = () => $$('.row:not(.leaving)', list());
/** From when the customer may be contacted, in ms; 0: no wait. */
export const opens = (row) => place(row)[0];
export const isOpen = (row) => opens(row) <= Date.now();
const LATER = [1]; // behind every row that is open
export const chosenId = () => chosen;

function place(row) {
  const text = row.dataset.key;
  const known = places.get(row);
  if (known?.text === text) return known.key;
  const key = JSON.parse(text);
  places.set(row, { text, key });
  return key;
}

export function compare(a, b) {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const apart = (a[i] ?? -Infinity) - (b[i] ?? -Infinity);
    if (apart) return apart < 0 ? -1 : 1;
  }
  return 0;
}

/** Make a row the chosen one; `focus` moves the keyboard there too. */
export function choose(row, { focus = true, scroll = true } = {}) {
  if (!row) return;
  for (const old of $$('.row[data-selected]', list())) unmark(old);
  chosen = Number(row.dataset.id);
  neighbour = null;
  row.dataset.selected = '';
  const link = $('.open', row);
  link.setAttribute('aria-current', 'true');
  if (focus) link.focus({ preventScroll: true });
  if (scroll) row.scrollIntoView({ block: 'nearest' });
}

function unmark(row) {
  delete row.dataset.selected;
  $('.open', row).removeAttribute('aria-current');
}

export function chooseId(id) {
  for (const old of $$('.row[data-selected]', list())) unmark(old);
  chosen = id;
  const row = rowOf(id);
  if (row) choose(row, { focus: false });
}

/** The row that is `step` places away from the chosen one. */
export function beside(step) {
  const all = rows();
  const at = all.findIndex((row) => Number(row.dataset.id) === chosen);
  if (at >= 0) return all[Math.min(Math.max(at + step, 0), all.length - 1)];
  const next = neighbour && all.indexOf(rowOf(neighbour));
  if (next >= 0 && next !== null) return all[step > 0 ? next : Math.max(next - 1, 0)];
  return all[0];
}

/** The row to work on after `row`: the one below, at the end the first; `open`: of those that are. */
export function after(row, { open = false } = {}) {
  const all = rows().filter((other) => other === row || !open || isOpen(other));
  const at = all.indexOf(row);
  return all[at + 1] ?? all.find((other) => other !== row) ?? null;
}

export function hide(row) {
  leaving.add(Number(row.dataset.id));
  row.classList.add('leaving');
}

export function unhide(id) {
  leaving.delete(Number(id));
  rowOf(id)?.classList.remove('leaving');
}

function remove(row) {
  if (Number(row.dataset.id) === chosen) neighbour = Number(after(row)?.dataset.id) || null;
  row.remove();
}

const filter = (name) => new FormData($('#filters')).get(name);
const wanted = (row) => !filter('colour') || filter('colour') === row.dataset.colour;

function put(fresh) {
  const id = Number(fresh.dataset.id);
  const old = rowOf(id);
  if (!wanted(fresh)) {
    if (old) remove(old);
    return;
  }
  if (old?.dataset.key === fresh.dataset.key && old.textContent === fresh.textContent) return;
  const focused = old?.contains(document.activeElement);
  const target = all().find((row) => row !== old && compare(place(row), place(fresh)) > 0);
  if (!target && $('#more') && !old) return; // it belongs to a page that is not loaded
  if (leaving.has(id)) fresh.classList.add('leaving');
  if (id === chosen) {
    fresh.dataset.selected = '';
    $('.open', fresh).setAttribute('aria-current', 'true');
  }
  fresh.classList.add('fresh');
  old?.remove();
  list().insertBefore(fresh, target ?? $('#more'));
  if (focused) $('.open', fresh).focus({ preventScroll: true });
}

const all = () => $$('.row', list());

function steady(change) {
  const box = list();
  const top = box.getBoundingClientRect().top;
  const anchor = rows().find((row) => row.getBoundingClientRect().bottom > top);
  const before = anchor?.getBoundingClientRect().top;
  const scrolled = box.scrollTop;
  change();
  if (!scrolled || !anchor?.isConnected) return;
  box.scrollTop += anchor.getBoundingClientRect().top - before;
}

/** What the server says became of some customers: {rows, gone, progress, beyond}. */
export function applyChanges({ rows: changed, gone, progress, beyond }) {
  if (filter('label') || filter('owner')) {
    refetch(); // only the server knows who belongs there
    return;
  }
  steady(() => {
    for (const id of gone) {
      const row = rowOf(id);
      if (row) remove(row);
      leaving.delete(id);
    }
    for (const { html } of changed) put(elements(html)[0]);
    divide('beyond', beyond);
    divide('later', LATER);
  });
  $('#progress').replaceWith(elements(progress)[0]);
  settle();
}

/** Put a line before the first row from `key` on: what fits today and what does not, now and later. */
function divide(name, key) {
  const line = document.getElementById(name) ?? document.createElement('li');
  const first = key && all().find((row) => compare(place(row), key) >= 0);
  if (!first) {
    line.remove();
    return;
  }
  line.id = name;
  line.className = name;
  line.textContent = say(name);
  first.before(line);
}

let opening = 0;

/** The list is fetched again when the next customer may be contacted. */
function awaitOpening() {
  clearTimeout(opening);
  const waiting = all().map((row) => opens(row) - Date.now()).filter((ms) => ms > 0);
  const soonest = Math.min(...waiting);
  if (soonest < LONGEST_WAIT) opening = setTimeout(refetch, soonest + 500);
}

const LONGEST_WAIT = 2 ** 31 - 1000; // browsers count no further

/** After any change of the list: counts, the chosen row, the empty state. */
export function settle() {
  const counts = JSON.parse($('#progress').dataset.counts);
  for (const element of $$('[data-count]')) {
    element.textContent = counts[element.dataset.count] ?? 0;
  }
  for (const id of leaving) rowOf(id)?.classList.add('leaving');
  const row = chosen && rowOf(chosen);
  if (row && !('selected' in row.dataset)) choose(row, { focus: false, scroll: false });
  $('#empty').hidden = rows().length > 0;
  awaitOpening();
  tick(list());
}

function query(extra = {}) {
  const form = new FormData($('#filters'));
  const asked = new URLSearchParams();
  for (const [name, value] of form) if (value) asked.set(name, value);
  for (const [name, value] of Object.entries(extra)) asked.set(name, value);
  return asked.toString();
}

/** The address shows the filters, so that it can be kept and shared. */
export function showFilters() {
  const asked = query();
  history.replaceState(history.state, '', asked ? `/?${asked}` : '/');
}

/** Rows from the top, at least as many as asked for if there are, as HTML; null if refused. */
async function fetchRows(atLeast) {
  const found = [];
  let cursor;
  do {
    const response = await ask(`/queue?${query(cursor ? { cursor } : {})}`);
    if (!response.ok) return null;
    const fresh = elements(await response.text());
    const last = fresh.find((element) => element.id === 'more');
    found.push(...fresh.filter((element) => element !== last && !repeats(element, found)));
    cursor = last && $('button', last).dataset.cursor;
    if (last && found.length >= atLeast) {
      found.push(last);
      break;
    }
  } while (cursor);
  return found.map((element) => element.outerHTML).join('');
}

/** A line between rows that an earlier page has too. */
function repeats(element, earlier) {
  return !element.matches('.row') && earlier.some((other) => other.id === element.id);
}

let fetching = null;
let again = false;

/** Fetch the list again, keeping what is chosen, focused, loaded and scrolled. */
export async function refetch() {
  again = Boolean(fetching);
  fetching ??= fetchAll().finally(() => {
    fetching = null;
    if (again) refetch();
  });
  return fetching;
}

async function fetchAll() {
  const text = await fetchRows(all().length);
  if (text === null) return;
  const scrolled = list().scrollTop;
  await window.htmx.swap({
    text,
    target: list(),
    swap: 'innerMorph swapEmpty:true',
    sourceElement: document.body,
  });
  list().scrollTop = scrolled;
  settle();
}

export async function more(button) {
  button.disabled = true;
  const response = await ask(`/queue?${query({ cursor: button.dataset.cursor })}`);
  if (!response.ok) {
    button.disabled = false;
    return;
  }
  const fresh = elements(await response.text());
  const first = fresh.find((element) => element.matches('.row'));
  const shown = [...list().children].filter((element) => element.id !== 'more');
  const other = (element) => !rowOf(element.dataset.id) && !repeats(element, shown);
  $('#more').replaceWith(...fresh.filter(other));
  settle();
  if (first) choose(first);
}
