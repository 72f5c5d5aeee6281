function isTyping({ target }) {
  return target.isContentEditable || target.closest('input, textarea, select, [role="textbox"], .djs-container');
}

/** The first field the server refused takes the focus, so that nobody has to look for it. */
function focusFirstError(root) {
  const field = root.querySelector('.is-invalid:not([type="hidden"])');

  field?.focus();
  field?.scrollIntoView({ block: 'center' });
}

/**
 * - `/` goes to the page's search field (`[data-search]`)
 * - a table row with `data-href` opens on click and on Enter
 * - `[data-autosubmit]` (a filter) sends its form on change
 * - Enter in a search inside a form (`[data-find]`) finds, and does not send the form
 * - `[data-check-all="name"]` ticks every box of that name
 */
export default function keyboard(document) {
  focusFirstError(document);
  document.addEventListener('htmx:load', ({ target }) => focusFirstError(target));

  document.addEventListener('keydown', event => {
    if (event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event)) {
      const search = document.querySelector('[data-search]');

      if (search) {
        event.preventDefault();
        search.focus();
      }
    }

    if (event.key === 'Enter' && event.target.matches('[data-find]')) {
      event.preventDefault();
      event.target.dispatchEvent(new Event('find'));
    }

    if (event.key === 'Enter' && event.target.matches('[data-href]')) {
      window.location.assign(event.target.dataset.href);
    }
  });

  document.addEventListener('click', event => {
    const row = event.target.closest('[data-href]');

    if (row && !event.target.closest('a, button, input, label, select')) {
      window.location.assign(row.dataset.href);
    }
  });

  document.addEventListener('change', ({ target }) => {
    if (target.matches('[data-autosubmit]')) {
      target.form.requestSubmit();
    }

    if (target.matches('[data-check-all]')) {
      document.querySelectorAll(`input[type="checkbox"][name="${CSS.escape(target.dataset.checkAll)}"]`)
        .forEach(box => {
          if (!box.disabled && box.checked !== target.checked) {
            box.checked = target.checked;
            box.dispatchEvent(new Event('change', { bubbles: true }));
          }
        });
    }
  });
}
