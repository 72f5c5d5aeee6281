// long enough for a slow server, short enough for somebody whose request was lost
const PATIENCE = 8000;

function release(form) {
  delete form.dataset.submitting;
  form.removeAttribute('aria-busy');
  form.querySelectorAll('.btn-loading').forEach(button => button.classList.remove('btn-loading'));
}

/**
 * Keeps an impatient second click from sending a form twice. Buttons are only marked, after the
 * event, because a disabled button's name and value would not be sent. A form marked `data-download`
 * stays free: its answer is a file, which leaves the page where it is.
 */
export default function submitting(document) {
  document.addEventListener('submit', event => {
    const form = event.target;

    if (form.method !== 'post' || form.closest('dialog') || form.hasAttribute('data-download')) {
      return;
    }

    if (form.dataset.submitting) {
      event.preventDefault();

      return;
    }

    setTimeout(() => {
      if (event.defaultPrevented) {
        return;
      }

      form.dataset.submitting = 'true';
      form.setAttribute('aria-busy', 'true');
      event.submitter?.classList.add('btn-loading');
      setTimeout(() => release(form), PATIENCE);
    });
  });

  // a page that comes back from the browser's cache may be sent again
  window.addEventListener('pageshow', () => {
    document.querySelectorAll('form[data-submitting]').forEach(release);
  });
}
