// Small helpers that every part uses.
export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

const strings = JSON.parse($('#strings')?.textContent ?? '{}');

/** A string of the interface, with {names} filled in. */
export function say(key, values = {}) {
  return (strings[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export const language = document.documentElement.lang || 'en';
export const narrow = matchMedia('(max-width: 820px)');

/** Whether keys belong to what is focused instead of to the page. */
export function typing(target) {
  if (target.closest('dialog:not([open])')) return false; // closed a moment ago
  return Boolean(
    target.closest('input:not([type="radio"]), textarea, select, dialog[open], [contenteditable]'),
  );
}

/** Elements of server-made HTML. */
export function elements(html) {
  const template = document.createElement('template');
  template.innerHTML = html.trim();
  return [...template.content.children];
}

/** A request to our own server; a session that ended leads to the sign-in page. */
export async function ask(path, options = {}) {
  const response = await fetch(path, {
    credentials: 'same-origin',
    ...options,
    headers: { 'HX-Request': 'true', ...options.headers },
  });
  if (response.status === 401) {
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
    return new Promise(() => {});
  }
  return response;
}
