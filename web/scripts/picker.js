// One box to choose from a list by typing, arrows or digits: the palette and all small questions.
import { $, $$, ask, say } from './dom.js';
import { moment } from './times.js';

const box = $('#picker');
const input = $('input', box);
const options = $('ul', box);
let current = null; // {kind, choose, digits}
let searching = 0;
let eager = false; // Enter was pressed before the answer of the search was there

const DIGITS = new Set(['snooze', 'skip', 'assign']);

/** Ask for one of the choices of `kind`; `choose` gets the chosen element. */
export function pick(kind, choose) {
  const template = document.getElementById(`pick-${kind}`);
  current = { kind, choose, digits: DIGITS.has(kind) };
  options.replaceChildren(template.content.cloneNode(true));
  input.value = '';
  clearTimeout(searching);
  searching = 0;
  eager = false;
  input.placeholder = template.dataset.title;
  input.setAttribute('aria-label', template.dataset.title);
  box.setAttribute('aria-label', template.dataset.title);
  if (kind === 'snooze') fillTimes();
  if (current.digits) number();
  box.showModal();
  input.focus();
  mark(visible()[0]);
}

const chosen = () => $('[aria-selected="true"]', options);
const visible = () => $$('[role="option"]:not([hidden])', options);

function mark(option) {
  for (const old of $$('[aria-selected="true"]', options)) old.setAttribute('aria-selected', 'false');
  input.removeAttribute('aria-activedescendant');
  if (!option) return;
  option.setAttribute('aria-selected', 'true');
  input.setAttribute('aria-activedescendant', option.id);
  option.scrollIntoView({ block: 'nearest' });
}

function move(step) {
  const shown = visible();
  const at = shown.findIndex((option) => option.getAttribute('aria-selected') === 'true');
  mark(shown[(at + step + shown.length) % shown.length]);
}

function take(option) {
  if (!option) return;
  const { choose } = current;
  box.close();
  choose(option);
}

function narrowDown() {
  const text = input.value.trim().toLowerCase();
  for (const option of $$('[role="option"]:not([data-found], [data-free])', options)) {
    option.hidden = !option.textContent.toLowerCase().includes(text);
  }
  if (current.kind === 'skip') offerFree(input.value.trim());
  if (current.kind === 'palette') searchSoon(input.value.trim());
  mark(visible()[0]);
  none();
}

/** Any reason that was typed can be the answer. */
function offerFree(text) {
  $('[data-free]', options)?.remove();
  if (!text) return;
  const option = document.createElement('li');
  option.id = 'skip-free';
  option.setAttribute('role', 'option');
  option.dataset.free = '';
  option.dataset.reason = text;
  option.textContent = say('skip_with', { text });
  options.append(option);
}

function searchSoon(text) {
  clearTimeout(searching);
  eager = false;
  searching = 0;
  if (!text) {
    showFound('');
    return;
  }
  searching = setTimeout(async () => {
    const response = await ask(`/search?q=${encodeURIComponent(text)}`);
    const html = response.ok ? await response.text() : '';
    if (input.value.trim() !== text || !box.open) return;
    searching = 0;
    showFound(html);
    if (eager) take(chosen());
  }, 110);
}

function showFound(html) {
  for (const old of $$('[data-found]', options)) old.remove();
  const template = document.createElement('template');
  template.innerHTML = html;
  for (const option of template.content.children) option.dataset.found = '';
  options.prepend(template.content);
  mark(visible()[0]);
  none();
}

function none() {
  $('.none', options)?.remove();
  if (visible().length) return;
  const line = document.createElement('li');
  line.className = 'none';
  line.setAttribute('role', 'option');
  line.setAttribute('aria-disabled', 'true');
  line.setAttribute('aria-selected', 'false');
  line.hidden = false;
  line.textContent = say('nothing_found');
  line.dataset.found = '';
  options.append(line);
}

function number() {
  for (const [at, option] of visible().slice(0, 9).entries()) {
    const key = document.createElement('kbd');
    key.className = 'hint';
    key.textContent = at + 1;
    option.prepend(key);
  }
}

/** When each snooze would end, in the reader's own time. */
function fillTimes() {
  for (const option of visible()) {
    const until = snoozeEnd(option.dataset.snooze);
    if (until === undefined) continue;
    if (until === null) {
      option.remove();
      continue;
    }
    option.dataset.until = until;
    $('[data-time]', option).textContent = moment(until);
  }
}

/** Epoch ms; null = this choice makes no sense now; undefined = asked for separately. */
export function snoozeEnd(choice, now = new Date()) {
  const morning = (days) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, 9).getTime();
  const opens = Number($('#detail .customer')?.dataset.window);
  switch (choice) {
    case 'window': return opens > now.getTime() ? opens : null;
    case '1h': return now.getTime() + 3_600_000;
    case '3h': return now.getTime() + 3 * 3_600_000;
    case 'tomorrow': return morning(1);
    case 'monday': return morning((8 - now.getDay()) % 7 || 7);
    case 'week': return morning(7);
    default: return undefined;
  }
}

input.addEventListener('input', narrowDown);
input.addEventListener('keydown', (event) => {
  const digit = current.digits && !input.value && /^[1-9]$/.test(event.key);
  if (event.key === 'ArrowDown') move(1);
  else if (event.key === 'ArrowUp') move(-1);
  else if (event.key === 'Enter' && searching && !chosen()) eager = true;
  else if (event.key === 'Enter') take(chosen());
  else if (digit && visible()[event.key - 1]) take(visible()[event.key - 1]);
  else return;
  event.preventDefault();
});
options.addEventListener('click', (event) => take(event.target.closest('[role="option"]:not(.none)')));
options.addEventListener('mousemove', (event) => {
  const option = event.target.closest('[role="option"]:not(.none)');
  if (option && option.getAttribute('aria-selected') !== 'true') mark(option);
});
box.addEventListener('click', (event) => event.target === box && box.close());
