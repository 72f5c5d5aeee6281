import { notify } from '../../shared/notify.js';
import { errorSentence } from '../../shared/sentences.js';

/**
 * Says what happened when an htmx request fails. A refusal that brings its own page fragment
 * (422: the form with its errors) is shown in place, as a success would be.
 */
export default function network(document) {
  document.addEventListener('htmx:beforeSwap', ({ detail }) => {
    if (detail.xhr.status === 422) {
      detail.shouldSwap = true;
      detail.isError = false;
    }
  });

  document.addEventListener('htmx:responseError', ({ detail: { xhr } }) => {
    notify(errorSentence(xhr.status, xhr.responseText, xhr.getResponseHeader('Content-Type') ?? ''), 'danger');
  });

  document.addEventListener('htmx:sendError', () => {
    notify('网络连接中断，请检查网络后重试。', 'danger');
  });
}
