// The keyboard. Every command has one name, used by keys, buttons and the palette alike.
import { $, $$, typing } from './dom.js';

export const KEYS = {
  j: 'next', ArrowDown: 'next', k: 'previous', ArrowUp: 'previous', Enter: 'open', Escape: 'back',
  e: 'done', h: 'snooze', s: 'skip', a: 'assign', l: 'log', t: 'label', n: 'note', c: 'copy',
  z: 'undo', r: 'start', d: 'theme', '?': 'help', '/': 'palette',
  0: 'show-0', 1: 'show-1', 2: 'show-2', 3: 'show-3', 4: 'show-4', 5: 'show-5',
};

/** Call `run(command, event)` for keys that mean one; it returns false to let the key through. */
export function listen(run) {
  addEventListener('keydown', (event) => {
    const { key, target } = event;
    if (event.defaultPrevented) return;
    if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === 'k') {
      event.preventDefault();
      if (!$('dialog[open]')) run('palette', event);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (key === 'Escape' && $('dialog[open]')) {
      event.preventDefault(); // the browser would close it a little later than the next key comes
      $$('dialog[open]').at(-1).close();
      return;
    }
    if (key === 'Escape' && target.matches('#words')) target.blur();
    if ($('dialog[open]') || typing(target)) return;
    if (key === 'Enter' && target.closest('button, summary, a:not(.open)')) return;
    if (key.startsWith('Arrow') && target.closest('.thread, [type="radio"], #detail')) return;
    if (Object.hasOwn(KEYS, key) && run(KEYS[key], event) !== false) event.preventDefault();
  });
}

/** Choose the nth colour; 0 is all. */
export function showColour(n) {
  $$('#filters input[name="colour"]')[n]?.click();
}
