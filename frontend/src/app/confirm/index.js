import { ask } from '../../shared/ask.js';

function question({ dataset }) {
  return {
    message: dataset.confirm,
    title: dataset.confirmTitle || undefined,
    yes: dataset.confirmYes || undefined,
    danger: 'confirmDanger' in dataset
  };
}

/** `data-confirm="sentence"` on a form, a button or a link; `hx-confirm` asks in the same dialog. */
export default function confirm(document) {
  const answered = new WeakSet();

  // capture: ask before anybody else acts on the event
  document.addEventListener('click', async event => {
    const target = event.target.closest('a[data-confirm], button[data-confirm], input[data-confirm]');

    if (!target || answered.delete(target)) {
      return;
    }

    event.preventDefault();
    event.stopImmediatePropagation();

    if (await ask(question(target))) {
      answered.add(target);
      target.click();
    }
  }, true);

  document.addEventListener('submit', async event => {
    const form = event.target.closest('form[data-confirm]');
    const { submitter } = event;

    if (!form || answered.delete(form)) {
      return;
    }

    event.preventDefault();
    event.stopImmediatePropagation();

    if (await ask(question(form))) {
      answered.add(form);
      form.requestSubmit(submitter);
    }
  }, true);

  document.addEventListener('htmx:confirm', async event => {
    if (!event.detail.question) {
      return;
    }

    event.preventDefault();

    if (await ask({ message: event.detail.question })) {
      event.detail.issueRequest(true);
    }
  });
}
