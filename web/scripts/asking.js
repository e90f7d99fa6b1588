// Asks the server what a changing form says, and shows the newest answer alone.
import { $, ask } from './dom.js';

/** Names this page among those of the same person, so that the server gives up older questions. */
export const tab = crypto.randomUUID?.().slice(0, 13) ?? String(Math.random()).slice(2, 15);

/**
 * Returns a function that asks after so many ms; whatever was asked before is given up.
 * request: the address and options of the next question. out: where the answer goes; one that is not
 * there yet says when to look again. shown: called after each answer with the question's address.
 */
export function asker(out, request, unreachable, shown = () => {}) {
  let pending = null;
  let timer = 0;

  function question(delay) {
    clearTimeout(timer);
    timer = setTimeout(answer, delay);
  }

  async function answer() {
    pending?.abort();
    pending = new AbortController();
    const { signal } = pending;
    const [address, options] = request();
    out.setAttribute('aria-busy', 'true');
    try {
      const response = await ask(address, { ...options, signal });
      const html = await response.text();
      if (signal.aborted) return;
      if (response.ok) out.innerHTML = html;
      else problem(html);
      shown();
      again();
    } catch (error) {
      if (error.name === 'AbortError') return;
      problem(unreachable);
    }
    out.removeAttribute('aria-busy');
  }

  function again() {
    const wait = Number($('[data-again]', out)?.dataset.again);
    if (wait) question(wait);
  }

  function problem(text) {
    const line = document.createElement('p');
    line.className = 'problem';
    line.setAttribute('role', 'alert');
    line.textContent = text;
    out.replaceChildren(line);
  }

  return { question, again };
}
