// The page of segments: counts as you type, builds questions from rows, follows what is under way.
import { asker, tab } from './asking.js';
import { $, $$, ask } from './dom.js';
import { build } from './segment-builder.js';
import { complete } from './segment-words.js';

const words = JSON.parse($('#segment-words').textContent);
const field = $('#q');
const found = $('#found');
let shown = field.value;
const { question, again } = asker(found, asked, words.say.unreachable, answered);

function asked() {
  return [`/segments/found?${new URLSearchParams({ q: field.value, tab })}`];
}

function answered() {
  const q = field.value;
  if (q !== shown) history.replaceState(null, '', q ? `?${new URLSearchParams({ q })}` : '/segments');
  shown = q;
  const told = $('#count, .problem p', found)?.textContent.trim() ?? '';
  if ($('#said').textContent !== told) $('#said').textContent = told;
  remember();
}

/** Forms that lead back here carry the question along. */
function remember() {
  for (const input of $$('[data-asked]')) input.value = field.value;
}

async function more(button) {
  const query = new URLSearchParams({ q: field.value, cursor: button.dataset.cursor });
  const response = await ask(`/segments/rows?${query}`);
  if (!response.ok) return;
  const item = button.closest('li');
  const before = item.previousElementSibling;
  item.insertAdjacentHTML('beforebegin', await response.text());
  item.remove();
  before?.nextElementSibling?.querySelector('a')?.focus();
}

/** The name that was meant, in the place of the one that is unknown. */
function nearest({ dataset }) {
  const at = Number(dataset.at);
  const wrong = /^'?[\p{L}\p{N}_-]*'?/u.exec(field.value.slice(at))[0];
  const quoted = wrong.startsWith("'") ? `'${dataset.name}'` : dataset.name;
  field.setRangeText(quoted, at, at + wrong.length, 'end');
  field.focus();
  question(0);
}

async function follow() {
  const list = $('#operations');
  while ($('[data-again]', list)) {
    await new Promise((done) => setTimeout(done, 1000));
    try {
      const response = await ask('/segments/operations');
      const focused = document.activeElement.closest?.('#operations');
      if (response.ok && !focused) list.innerHTML = await response.text();
    } catch {
      // The next second comes.
    }
  }
  remember();
}

addEventListener('click', (event) => {
  const button = event.target.closest('[data-act]');
  if (button?.dataset.act === 'more') more(button);
  if (button?.dataset.act === 'nearest') nearest(button);
});
field.addEventListener('input', () => question(250));
$('#ask').addEventListener('submit', (event) => {
  event.preventDefault();
  question(0);
});
complete(field, $('#completions'), words, () => question(0));
build($('#builder'), words, (text) => {
  field.value = text;
  question(0);
});
remember();
again();
follow();
document.body.dataset.ready = '';
