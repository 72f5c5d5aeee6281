import { Form } from '@bpmn-io/form-js-viewer';
import flatpickr from 'flatpickr';
import { Mandarin } from 'flatpickr/dist/l10n/zh.js';

import { element, jsonAttribute } from '../../shared/dom.js';
import { notify } from '../../shared/notify.js';
import Draft from './Draft.js';
import { listErrors } from './errors.js';
import ErrorSummary from './ErrorSummary.js';
import Refusals from './Refusals.js';

flatpickr.localize(Mandarin);

/** The hidden input in which the answers go with the normal POST. */
function answersInput(outer) {
  return outer.querySelector('input[name="answers"]')
    ?? outer.appendChild(element('input', { type: 'hidden', name: 'answers' }));
}

function missingUploads(outer) {
  return [ ...outer.querySelectorAll('[data-upload]') ].flatMap(upload => upload.checkUpload?.() ?? []);
}

/**
 * Puts the answers into the POST. What the form or an upload finds wrong stops it, unless the
 * button says data-skip-validation (return, withdraw, save): then they go as they are.
 */
function handleSubmit(outer, form, { draft, summary, refusals }) {
  const input = answersInput(outer);

  outer.addEventListener('submit', event => {

    // form-js brings a <form> of its own, whose events come by here too
    if (event.target !== outer) {
      return;
    }

    refusals.forget();

    const { data, errors } = form.submit();
    const skip = event.submitter?.hasAttribute('data-skip-validation');
    const found = skip ? [] : [ ...listErrors(form, errors), ...missingUploads(outer) ];

    if (skip) {
      form._setState({ errors: {} });
    }

    summary.show(found);

    if (found.length) {
      event.preventDefault();

      return;
    }

    draft?.stop();
    input.value = JSON.stringify(data);
  });
}

/** `<div data-form>` inside a <form method="post">: see the page contract in frontend/README.md. */
export default async function startForm(container) {
  const outer = container.closest('form');
  const readOnly = container.dataset.readonly === 'true';
  const form = new Form({ container, properties: { readOnly } });
  const summary = new ErrorSummary(container, form);

  container.xuanshuForm = form; // for tests and for a look from the console

  try {
    await form.importSchema(jsonAttribute(container, 'schema', {}), jsonAttribute(container, 'data', {}));
  } catch (error) {
    notify(`表单无法显示：${error.message}`, 'danger');

    return;
  }

  const refused = jsonAttribute(container, 'errors', {});
  const refusals = new Refusals(form, refused);

  summary.show(listErrors(form, form._getState().errors, refused));

  if (outer && !readOnly) {
    const { draftUrl } = container.dataset;
    const draft = draftUrl ? new Draft(form, draftUrl, outer) : null;

    handleSubmit(outer, form, { draft, summary, refusals });
  }
}
