function fieldsOf(form) {
  return form.get('formFieldRegistry').getAll();
}

function asList(messages) {
  return [ messages ].flat().filter(Boolean).map(String);
}

/** Messages by the field's key, as the server gives them, into what form-js wants: by the field's id. */
export function fieldErrors(form, byKey) {
  const errors = {};

  for (const { id, key } of fieldsOf(form)) {
    if (key && asList(byKey[key]).length) {
      errors[id] = asList(byKey[key]);
    }
  }

  return errors;
}

/** The messages inside a repeated group are nested by row: `{ field: { 0: [ ... ] } }`. */
function messagesIn(value) {
  return Array.isArray(value) ? value.filter(message => typeof message === 'string') : Object.values(value).flatMap(messagesIn);
}

/**
 * What is wrong, for a list above the form: `{ id, label, message }` in the order of the form.
 * `byKey` may hold messages for what is no field of the form (an attachment): they come last, without id.
 */
export function listErrors(form, errors, byKey = {}) {
  const fields = fieldsOf(form);
  const keys = new Set(fields.map(({ key }) => key));
  const inForm = fields
    .filter(({ id }) => errors[id])
    .flatMap(({ id, label, key }) => messagesIn(errors[id]).map(message => ({ id, label: label ?? key, message })));
  const elsewhere = Object.entries(byKey)
    .filter(([ key ]) => !keys.has(key))
    .flatMap(([ key, messages ]) => asList(messages).map(message => ({ slot: key, message })));

  return [ ...inForm, ...elsewhere ];
}
