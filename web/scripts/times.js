// Times move by themselves: what is left until a deadline, and the customer's clock.
import { $$, language, say } from './dom.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** '15 min left': the same words as the server's. */
export function left(until, now = Date.now()) {
  const apart = Math.abs(until - now);
  const which = until >= now ? 'left' : 'late';
  if (apart < HOUR) return say(`${which}_min`, { n: Math.floor(apart / MINUTE) });
  if (apart < 2 * DAY) return say(`${which}_h`, { n: Math.floor(apart / HOUR) });
  return say(`${which}_d`, { n: Math.floor(apart / DAY) });
}

/** 'Tue 14:05' in the workspace's zone, as all times on the page. */
export function moment(ms) {
  const near = ms - Date.now() < 6 * DAY;
  const day = near ? { weekday: 'short' } : { month: 'short', day: 'numeric' };
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  const zone = { timeZone: document.body.dataset.zone };
  return new Intl.DateTimeFormat(language, { ...day, ...clock, ...zone }).format(ms);
}

function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function tick(root = document) {
  const now = Date.now();
  for (const element of $$('[data-by]', root)) {
    const until = Number(element.dataset.by);
    set(element, left(until, now));
    if ('plain' in element.dataset) continue;
    element.classList.toggle('over', until < now);
    element.classList.toggle('soon', until >= now && until - now <= 2 * HOUR);
  }
  for (const element of $$('[data-clock]', root)) {
    const shape = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
    set(
      element,
      new Intl.DateTimeFormat(language, { ...shape, timeZone: element.dataset.clock }).format(now),
    );
  }
}

export function startClock() {
  setInterval(tick, 20_000);
  document.addEventListener('visibilitychange', () => document.hidden || tick());
}
