import { element } from '../shared/dom.js';
import { rowsOf } from './rows.js';

/** The made-up facts, by name. */
export function readFacts(form) {
  return Object.fromEntries(new FormData(form));
}

/** Shows what the table answers, and which of its rows do. */
export function showVerdict(body, place, { rows, answer, message, others, warnings }) {
  rowsOf(body).forEach((row, index) => row.classList.toggle('is-hit', rows.includes(index + 1)));

  const said = answer.map(([ label, value ]) => element('div', {}, element('span', { class: 'text-secondary' }, `${label}：`), value));
  const hit = rows.length ? `第 ${rows.join('、')} 行适用` : '';

  place.replaceChildren(
    element(
      'div', { class: `alert ${message ? 'alert-warning' : 'alert-success'} mb-0` },
      element('div', {}, element('strong', {}, message || hit), ...said,
        others.length ? element('div', { class: 'text-secondary' }, `另外问了：${others.join('，')}`) : '',
        ...warnings.map(text => element('div', { class: 'text-secondary' }, `计算的原话：${text}`)))
    )
  );
}

/** Shows which of the facts cannot be read. */
export function showFactErrors(form, fields) {
  [ ...form.elements ].filter(({ name }) => name).forEach(control => {
    const sentence = fields[control.name] ?? '';
    const note = control.parentElement.querySelector('.invalid-feedback');

    control.classList.toggle('is-invalid', Boolean(sentence));
    note.textContent = sentence;
  });
  form.querySelector('.is-invalid')?.focus();
}
