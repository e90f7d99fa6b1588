// The page of rules: says who would change while a form is filled in.
import { asker, tab } from './asking.js';
import { $ } from './dom.js';
import { build } from './segment-builder.js';
import { complete } from './segment-words.js';

const words = JSON.parse($('#rule-words').textContent);
const form = $('#rule-form');
const out = $('#preview');
const field = $('#q');
const { question } = asker(out, () => ['/rules/preview', { method: 'POST', body: filled() }], words.say.unreachable);

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
