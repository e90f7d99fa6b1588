// The menu of kept views: the form carries the filters as they are now.
import { $ } from './dom.js';

const menu = $('#views');

addEventListener('submit', (event) => {
  if (event.target.id !== 'keep-view') return;
  const now = new FormData($('#filters'));
  for (const name of ['colour', 'label', 'owner']) event.target.elements[name].value = now.get(name) ?? '';
}, true);
addEventListener('click', (event) => {
  if (menu?.open && !event.target.closest('#views')) menu.open = false;
});
menu?.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  event.preventDefault();
  menu.open = false;
  $('summary', menu).focus();
});
