// The pane of one customer beside the list, or in its place on a phone.
import { $, ask, narrow } from './dom.js';
import { tick } from './times.js';

let pending = null;
let timer = 0;
let wanted = null; // whom the pane shows, or will as soon as the answer is there

const pane = () => $('#detail');
const present = () => Number($('.customer', pane())?.dataset.id) || null;
export const shownId = () => wanted ?? present();

/** Show a customer. Fast: while a key is held down only the last one is fetched. */
export function show(id, { delay = 0 } = {}) {
  wanted = id;
  clearTimeout(timer);
  timer = setTimeout(() => load(id), delay);
}

async function load(id) {
  pending?.abort();
  pending = new AbortController();
  const { signal } = pending;
  try {
    const response = await ask(`/c/${id}`, { signal });
    const html = await response.text();
    if (signal.aborted) return;
    const focused = pane().contains(document.activeElement);
    if (response.ok) pane().innerHTML = html;
    else pane().textContent = html;
    if (focused) pane().focus({ preventScroll: true });
    ready();
    pane().scrollTop = 0;
  } catch (error) {
    if (error.name !== 'AbortError') throw error;
  }
}

/** The same customer again, in place: what is typed, opened and scrolled stays. */
export async function refresh() {
  const id = present();
  if (!id || shownId() !== id) return;
  const response = await ask(`/c/${id}`);
  const text = await response.text();
  if (!response.ok || shownId() !== id) return;
  const typed = $('#words')?.value;
  const was = $('#words')?.defaultValue;
  const thread = $('.thread', pane());
  const atEnd = !thread || thread.scrollHeight - thread.scrollTop - thread.clientHeight < 40;
  await window.htmx.swap({
    text,
    target: pane(),
    swap: 'innerMorph',
    sourceElement: document.body,
  });
  if (typed !== undefined && typed !== was && $('#words')) $('#words').value = typed;
  if (atEnd) toEnd();
  tick(pane());
}

/** Nobody is left to show. */
export function clear(text) {
  clearTimeout(timer);
  pending?.abort();
  wanted = null;
  const line = document.createElement('p');
  line.className = 'empty';
  line.textContent = text;
  pane().replaceChildren(line);
}

function toEnd() {
  const thread = $('.thread', pane());
  if (thread) thread.scrollTop = thread.scrollHeight;
}

export function ready() {
  window.htmx.process(pane());
  toEnd();
  tick(pane());
}

/** What a phone shows: 'list' or 'detail'. */
export function view(name, id = null) {
  if (document.body.dataset.view === name) return;
  document.body.dataset.view = name;
  if (!narrow.matches) return;
  if (name === 'detail') {
    history.pushState({ view: 'detail' }, '', `/c/${id}`);
    toEnd();
  } else if (history.state?.view === 'detail') history.back();
  else history.replaceState(null, '', '/');
}

addEventListener('popstate', () => {
  const detail = location.pathname.startsWith('/c/');
  document.body.dataset.view = detail ? 'detail' : 'list';
});
