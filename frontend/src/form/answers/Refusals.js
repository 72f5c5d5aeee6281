import { fieldErrors } from './errors.js';

/**
 * What the server said about single fields. form-js validates a field again whenever it is left,
 * which would wipe the server's words away; so they count as the field's own until its value
 * changes. They never hold back the next submission: the cause may lie in another field.
 */
export default class Refusals {

  constructor(form, byKey) {
    const validator = form.get('validator');
    const validate = validator.validateFieldInstance.bind(validator);

    this._messages = fieldErrors(form, byKey);
    this._values = new Map();

    validator.validateFieldInstance = (instance, value) => [
      ...validate(instance, value), ...this._stillTrue(instance.id, value)
    ];

    form._setState({ errors: this._messages });
  }

  forget() {
    this._messages = {};
  }

  _stillTrue(id, value) {
    const text = JSON.stringify(value);

    if (!this._values.has(id)) {
      this._values.set(id, text);
    }

    return this._values.get(id) === text ? this._messages[id] ?? [] : [];
  }
}
