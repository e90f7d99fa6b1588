// Outcomes: at once on the page, then on the server, and back with one key.
import { $, ask, narrow, say } from './dom.js';
import { clear, refresh, show, shownId, view } from './detail.js';
import * as queue from './queue.js';
import { moment } from './times.js';

const undoable = [];
let running = false;
let doneInRun = 0;
let fading = 0;

/** Say something for a while; `undo` offers to take the last deed back. */
export function toast(text, { undo = false } = {}) {
  const box = $('#toast');
  $('span', box).textContent = text;
  $('button', box).hidden = !undo;
  box.dataset.open = '';
  clearTimeout(fading);
  fading = setTimeout(() => delete box.dataset.open, undo ? 8000 : 4500);
}

const LEAVES = new Set(['done', 'snooze', 'skip']);
const MAY_LEAVE = new Set(['log', 'assign']); // the server decides whether that was all
const PATHS = {
  label: 'labels/add', unlabel: 'labels/remove',
  confirm: 'signals/confirm', missing: 'signals/confirm', reject: 'signals/reject',
};

/** The customer that a deed is about: the one shown, else the one chosen in the list. */
export function subject() {
  const article = $('#detail .customer');
  const id = (document.body.dataset.view === 'detail' && shownId()) || queue.chosenId() || shownId();
  const row = id && queue.rowOf(id);
  return id && { id, name: row?.dataset.name ?? article?.dataset.name ?? '', row };
}

/** Do `kind` with these form fields to a customer; `words` are told too. Says whether it worked. */
export async function act(kind, fields = {}, { about = subject(), ...words } = {}) {
  if (!about) return;
  const leaves = LEAVES.has(kind) && about.row;
  if (leaves) step(about);
  toast(told(kind, about.name, { ...fields, ...words }), { undo: true });
  const answer = post(`/c/${about.id}/${PATHS[kind] ?? kind}`, fields);
  const entry = { ...about, leaves, answer };
  undoable.push(entry);
  try {
    const { changes } = await answer;
    queue.leaving.delete(about.id);
    queue.applyChanges(changes);
    if (running && MAY_LEAVE.has(kind) && !queue.rowOf(about.id)) goOn();
    else if (shownId() === about.id) refresh();
  } catch (error) {
    undoable.splice(undoable.indexOf(entry), 1);
    if (leaves) queue.unhide(about.id);
    queue.settle();
    toast(say('failed', { reason: error.message }));
    return false;
  }
  return true;
}

/** The acted row leaves and the next one comes, before the server has answered. */
function step({ row }) {
  const next = queue.after(row, { open: running });
  queue.hide(row);
  if (running) doneInRun += 1;
  come(next);
  queue.settle();
}

/** In a run: the customer that the server took out of the queue makes room for the next one. */
function goOn() {
  doneInRun += 1;
  const next = queue.beside(1);
  come(next && queue.isOpen(next) ? next : firstOpen());
}

const firstOpen = () => queue.rows().find(queue.isOpen);

async function come(next) {
  if (!next && running && $('#more') && !queue.rows().some((row) => !queue.isOpen(row))) {
    await queue.more($('#more button')); // what is open stands before what is not
    next = firstOpen();
  }
  if (next) {
    const phone = narrow.matches;
    queue.choose(next, { focus: !phone });
    if (!phone || running) show(Number(next.dataset.id));
    if (phone && running) history.replaceState({ view: 'detail' }, '', `/c/${next.dataset.id}`);
    if (phone && !running) view('list');
  } else {
    stop();
    clear(done());
    view('list');
  }
}

function done() {
  const waiting = queue.rows().find((row) => !queue.isOpen(row));
  return waiting ? say('done_until', { time: moment(queue.opens(waiting)) }) : say('all_done');
}

function told(kind, name, fields) {
  const time = fields.until && moment(Number(fields.until));
  if (kind === 'assign' && !fields.owner) return say('unassign', { name });
  const text = say(kind, { name, time, owner: fields.owner, signal: fields.signalName });
  return running ? `${text} · ${say('run_progress', { n: doneInRun })}` : text;
}

export async function undo() {
  const entry = undoable.pop();
  if (!entry) return;
  toast(say('undone'));
  if (entry.leaves) {
    if (running) doneInRun -= 1;
    queue.unhide(entry.id);
    queue.chooseId(entry.id);
    show(entry.id);
    queue.settle();
  }
  try {
    const done = await entry.answer;
    const { changes } = await post('/undo', { undo_id: done.undo });
    queue.applyChanges(changes);
    if (shownId() === entry.id) refresh();
  } catch (error) {
    toast(say('failed', { reason: error.message }));
    queue.refetch();
  }
}

async function post(path, fields) {
  let response;
  try {
    response = await ask(path, {
      method: 'POST',
      headers: { Accept: 'application/json', 'X-CSRF-Token': document.body.dataset.csrf },
      body: new URLSearchParams(fields),
    });
  } catch {
    throw new Error(say('unreachable'));
  }
  if (!response.ok) throw new Error((await response.text()).slice(0, 200));
  return response.json();
}

/** Work through the queue: open, act, the next one comes. */
export function start() {
  if (running) {
    stop();
    return;
  }
  const first = firstOpen();
  if (!first) {
    toast(done());
    return;
  }
  running = true;
  doneInRun = 0;
  document.body.dataset.running = '';
  queue.choose(first, { focus: !narrow.matches });
  show(Number(first.dataset.id));
  view('detail', first.dataset.id);
}

export function stop() {
  running = false;
  delete document.body.dataset.running;
}

export async function copyWords() {
  const words = $('#words');
  if (!words) return;
  try {
    await navigator.clipboard.writeText(words.value);
    toast(say('copied'));
  } catch {
    words.focus();
    words.select();
    toast(say('copy_failed'));
  }
}
