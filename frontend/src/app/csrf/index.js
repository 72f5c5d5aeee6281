import { csrfToken } from '../../shared/csrf.js';

/** Gives every htmx request the page's CSRF token. */
export default function csrf(document) {
  document.addEventListener('htmx:configRequest', ({ detail }) => {
    detail.headers['X-CSRFToken'] = csrfToken();
  });
}
