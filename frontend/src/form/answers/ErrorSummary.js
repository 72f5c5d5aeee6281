import { element, icon } from '../../shared/dom.js';

/** The list of what must be changed, above the form: it takes the focus, and each line leads to its field. */
export default class ErrorSummary {

  constructor(container, form) {
    this._form = form;
    this._container = container;
    this._box = element('div', { class: 'alert alert-danger form-errors', role: 'alert', tabindex: '-1', hidden: true });

    container.before(this._box);
  }

  show(found) {
    this._box.hidden = found.length === 0;

    if (!found.length) {
      return;
    }

    this._box.replaceChildren(
      icon('alert-circle'),
      element(
        'div', {},
        element('strong', {}, `有 ${found.length} 处需要修改：`),
        element('ul', { class: 'form-errors-list' }, ...found.map(error => this._line(error)))
      )
    );
    this._box.focus({ preventScroll: true });
    this._box.scrollIntoView({ block: 'center' });
  }

  _line({ id, slot, label, message }) {
    const target = () => id ? this._field(id) : document.querySelector(
      `[data-upload]:not([data-readonly="true"])[data-slot="${CSS.escape(slot)}"] button`
    );
    const go = () => {
      target()?.scrollIntoView({ block: 'center' });
      target()?.focus({ preventScroll: true });
    };
    const text = label ? `${label}：${message}` : message;

    return element('li', {}, element('button', { type: 'button', class: 'form-errors-link', onclick: go }, text));
  }

  /** form-js ids its controls `fjs-form-<form>-<field>`, followed by the row or the part where there are several. */
  _field(id) {
    const name = CSS.escape(id);

    return this._container.querySelector(
      `[id$="-${name}"]:is(input, textarea, select, [tabindex]), [id*="-${name}-"]:is(input, textarea, select, [tabindex])`
    );
  }
}
