// What every page but the queue needs: the menu and the theme.
import { switchTheme } from './theme.js';

const menu = document.getElementById('menu');

addEventListener('click', (event) => {
  if (event.target.closest('[data-act="theme"]')) switchTheme();
  if (!event.target.closest('#menu') || event.target.closest('[data-act]')) menu.open = false;
});
addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && menu.open) {
    menu.open = false;
    menu.querySelector('summary').focus();
  }
});
addEventListener('change', (event) => event.target.form?.matches('[data-auto]') && event.target.form.requestSubmit());
document.body.dataset.ready = '';
