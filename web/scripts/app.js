// Starts the queue page: wires keys, buttons, forms and the live stream together.
import htmx from 'htmx.org/dist/htmx.esm.min.js';
import { act, copyWords, start, stop, subject, undo } from './deeds.js';
import { ready, refresh, show, shownId, view } from './detail.js';
import { $, narrow } from './dom.js';
import { listen, showColour } from './keys.js';
import { Live } from './live.js';
import { pick } from './picker.js';
import * as queue from './queue.js';
import { addMissing, judge, toggle } from './signals.js';
import { switchTheme } from './theme.js';
import { startClock, tick } from './times.js';
import './views.js';

window.htmx = htmx;
const TIME_MOVES = 10 * 60_000; // hours close though nobody does anything

function openRow(row, { focus = true, delay = 0 } = {}) {
  if (!row) return;
  queue.choose(row, { focus });
  show(Number(row.dataset.id), { delay });
}

function openForm(name, { say = '', ...values } = {}) {
  const dialog = document.getElementById(`form-${name}`);
  const form = $('form', dialog);
  form.reset();
  for (const [field, value] of Object.entries(values)) form.elements[field].value = value;
  const title = $('[data-say]', dialog);
  if (title) title.textContent = say;
  dialog.showModal();
}

const localInput = (date) =>
  new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

function snooze(option) {
  if (option.dataset.until) act('snooze', { until: option.dataset.until });
  else openForm('snooze', { at: localInput(new Date(Date.now() + 7_200_000)) });
}

const labelOf = (source) => ({ label: source.dataset.label, say: source.dataset.labelName });

function chosenInPalette(option) {
  if (option.dataset.cmd) run(option.dataset.cmd);
  else if (option.dataset.id) {
    queue.chooseId(Number(option.dataset.id));
    show(Number(option.dataset.id));
    view('detail', option.dataset.id);
  }
}

const commands = {
  next: () => openRow(queue.beside(1), { delay: 90 }),
  previous: () => openRow(queue.beside(-1), { delay: 90 }),
  open: () => {
    if (!queue.chosenId()) return;
    if (shownId() !== queue.chosenId()) show(queue.chosenId());
    view('detail', queue.chosenId());
    $('#detail').focus({ preventScroll: true });
  },
  back: () => {
    stop();
    view('list');
    queue.choose(queue.rowOf(queue.chosenId()) ?? queue.rows()[0]);
  },
  done: () => act('done'),
  snooze: () => subject() && pick('snooze', snooze),
  skip: () => subject() && pick('skip', (option) => act('skip', { reason: option.dataset.reason })),
  assign: () => subject() && pick('assign', ({ dataset }) => act('assign', { owner: dataset.owner })),
  log: () => subject() && openForm('log'),
  label: () => subject() && pick('label', (option) => openForm('label', labelOf(option))),
  unlabel: (source) => openForm('unlabel', labelOf(source)),
  note: () => openForm('note', { line: $('#detail .customer')?.dataset.note ?? '' }),
  confirm: (source) => judge('confirm', source),
  reject: (source) => judge('reject', source),
  signal: toggle,
  missing: addMissing,
  copy: copyWords,
  undo,
  start,
  theme: switchTheme,
  help: () => $('#help').showModal(),
  palette: () => pick('palette', chosenInPalette),
  more: (source) => queue.more(source),
  close: (source) => source.closest('dialog').close(),
};

function run(name, source) {
  if (name.startsWith('show-')) return showColour(Number(name.slice(5)));
  return commands[name]?.(source instanceof Element ? source : undefined);
}

function clicked(event) {
  const button = event.target.closest('[data-act]');
  if (button) {
    event.preventDefault();
    $('#menu').open = false;
    run(button.dataset.act, button);
    return;
  }
  if (!event.target.closest('#menu')) $('#menu').open = false;
  const row = event.target.closest('.row');
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
  if (row && plain) {
    event.preventDefault();
    openRow(row, { focus: !narrow.matches });
    view('detail', row.dataset.id);
  }
}

function submitted(event) {
  const form = event.target.closest('form[data-deed]');
  if (!form) return;
  const fields = Object.fromEntries(new FormData(form));
  if (fields.at) fields.until = String(new Date(fields.at).getTime());
  if (fields.until_day) fields.until = String(new Date(`${fields.until_day}T23:59:59`).getTime());
  delete fields.at;
  delete fields.until_day;
  act(form.dataset.deed, fields);
}

function filtered() {
  queue.showFilters();
  queue.settle();
  if (narrow.matches) return;
  if (!queue.rowOf(queue.chosenId()) && queue.rows()[0]) {
    openRow(queue.rows()[0], { focus: false });
  }
}

addEventListener('click', clicked);
addEventListener('submit', submitted);
document.addEventListener('htmx:after:swap', (event) => {
  if (event.detail.ctx.sourceElement?.id === 'filters') filtered();
});
listen(run);

const live = new Live({
  changes: (changes) => {
    queue.applyChanges(changes);
    if (changes.touched.includes(shownId())) refresh();
  },
  refetch: () => {
    queue.refetch();
    refresh();
  },
});

if (document.body.dataset.view === 'detail') queue.chooseId(shownId());
else if (queue.rows()[0]) queue.choose(queue.rows()[0], { focus: false, scroll: false });
if (shownId()) ready();
queue.settle();
startClock();
setInterval(queue.refetch, TIME_MOVES);
tick();
live.start();
document.body.dataset.ready = '';
