// The page of rules: says who would change while a form is filled in.
import { $, ask } from './dom.js';
import { build } from './segment-builder.js';
import { complete } from './segment-words.js';

const words = JSON.parse($('#rule-words').textContent);
const form = $('#rule-form');
const out = $('#preview');
const field = $('#q');
const tab = crypto.randomUUID?.().slice(0, 13) ?? String(Math.random()).slice(2, 15);
let pending = null;
let timer = 0;

/** Ask what the form would change; whatever was asked before is given up. */
function question(delay) {
  clearTimeout(timer);
  timer = setTimeout(answer, delay);
}

/** Only what the change says: the words that go with keeping it are no part of the question. */
function filled() {
  const data = new FormData(form);
  for (const name of ['note', 'base', 'take_away']) data.delete(name);
  data.set('tab', tab);
  return new URLSearchParams(data);
}

function allFilled() {
  return [...form.querySelectorAll('[required]')].every((one) => one.value.trim());
}

async function answer() {
  pending?.abort();
  pending = new AbortController();
  const { signal } = pending;
  out.setAttribute('aria-busy', 'true');
  try {
    const response = await ask('/rules/preview', { method: 'POST', body: filled(), signal });
    const html = await response.text();
    if (signal.aborted) return;
    if (response.ok) out.innerHTML = html;
    else problem(html);
    const wait = Number($('[data-again]', out)?.dataset.again);
    if (wait) question(wait);
  } catch (error) {
    if (error.name === 'AbortError') return;
    problem(words.say.unreachable);
  }
  out.removeAttribute('aria-busy');
}

function problem(text) {
  const line = document.createElement('p');
  line.className = 'problem';
  line.setAttribute('role', 'alert');
  line.textContent = text;
  out.replaceChildren(line);
}

function changed(delay) {
  if (allFilled()) question(delay);
}

form.addEventListener('input', (event) => event.target.name !== 'note' && form.contains(event.target) && changed(700));
form.addEventListener('submit', (event) => {
  if (event.submitter?.hasAttribute('data-keep')) return;
  event.preventDefault();
  question(0);
});
if (field) {
  complete(field, $('#completions'), words, () => changed(0));
  build($('#builder'), words, (text) => {
    field.value = text;
    changed(300);
  });
}
document.body.dataset.ready = '';
