// Words about what a message was read as: right, not so, missing. At once on the page, then on the
// server; the thread comes anew with the answer, and z takes the last word back.
import { act } from './deeds.js';
import { refresh, shownId } from './detail.js';
import { $, $$ } from './dom.js';
import { pick } from './picker.js';

const about = () => ({ id: shownId(), name: $('#detail .customer')?.dataset.name ?? '', row: null });
const nameOf = (signal) => $(`#pick-signal`).content.querySelector(`[data-signal="${signal}"]`)?.textContent ?? signal;

async function tell(kind, message, signal) {
  const fields = { message, signal };
  const done = await act(kind, fields, { about: about(), signalName: nameOf(signal) });
  if (!done) refresh();
}

/** Confirm or reject the signal that `source` stands in: a chip of a message, or the card above. */
export function judge(kind, source) {
  const place = source.closest('[data-signal]');
  if (!place) return;
  const { message } = place.closest('[data-message]').dataset;
  place.dataset.judged = kind === 'confirm' ? 'yes' : 'no';
  if (place.matches('.stop')) place.hidden = true;
  close();
  tell(kind, message, place.dataset.signal);
}

/** Choose a signal that the reader missed. */
export function addMissing(source) {
  const list = source.closest('[data-message]');
  const there = new Set($$('.read:not([data-judged="no"])', list).map((one) => one.dataset.signal));
  pick('signal', ({ dataset }) => tell('missing', list.dataset.message, dataset.signal));
  for (const option of $$('#picker [data-signal]')) if (there.has(option.dataset.signal)) option.remove();
}

/** Show or hide the two answers under a chip: for fingers, which have no keys. */
export function toggle(source) {
  const open = source.getAttribute('aria-expanded') !== 'true';
  close();
  source.setAttribute('aria-expanded', String(open));
}

function close() {
  for (const chip of $$('.signal[aria-expanded="true"]')) chip.setAttribute('aria-expanded', 'false');
}

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const kind = { y: 'confirm', n: 'reject' }[event.key];
  const chip = kind && event.target.closest?.('.read');
  if (!chip) return;
  event.preventDefault();
  judge(kind, chip);
}, { capture: true });
