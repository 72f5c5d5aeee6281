import { element } from '../shared/dom.js';

export const rowsOf = body => [ ...body.querySelectorAll('tr.rule') ];
export const controlsOf = row => [ ...row.querySelectorAll('.cell') ];

/** What is sent of the rows: `source` is a row's place in the file, null for a new one. */
export function readRows(body) {
  return rowsOf(body).map(row => ({
    source: row.dataset.source ? Number(row.dataset.source) : null,
    cells: controlsOf(row).map(readCell)
  }));
}

/** A choice of "any" that stood empty in the file is empty again: nothing was changed. */
function readCell(control) {
  return control.value === control.dataset.shown ? control.dataset.written : control.value;
}

/** Names every control after its row and column; the first row cannot go up, the last not down. */
export function numberRows(body) {
  const rows = rowsOf(body);

  rows.forEach((row, index) => {
    row.querySelector('.rule-number').textContent = index + 1;
    row.querySelectorAll('[data-act]').forEach(button => {
      button.setAttribute('aria-label', `${button.dataset.label}第 ${index + 1} 行`);
    });
    row.querySelector('[data-act=up]').disabled = index === 0;
    row.querySelector('[data-act=down]').disabled = index === rows.length - 1;
    controlsOf(row).forEach(control => {
      control.setAttribute('aria-label', `第 ${index + 1} 行，${control.closest('td').dataset.label}`);
    });
  });
}

/** The rows are those of the file now: each knows its place in it. */
export function settleRows(body) {
  rowsOf(body).forEach((row, index) => {
    row.dataset.source = index + 1;
    row.querySelectorAll('select.cell').forEach(select => {
      select.dataset.written = readCell(select);
      select.dataset.shown = select.value;
    });
  });
}

/** Puts a row one place up or down. */
export function moveRow(row, step) {
  const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;

  if (other) {
    other[step < 0 ? 'before' : 'after'](row);
  }

  return Boolean(other);
}

/** A new row like another one, below it. */
export function copyRow(row) {
  const copy = row.cloneNode(true);
  const values = controlsOf(row).map(({ value }) => value);

  delete copy.dataset.source;
  copy.classList.remove('is-hit');
  controlsOf(copy).forEach((control, index) => {
    delete control.dataset.shown;
    control.value = values[index];
  });
  row.after(copy);

  return copy;
}

/** A cell where an expression is written instead of choosing one of the column's values. */
export function writeExpression(select) {
  const text = element('textarea', {
    class: 'form-control cell', rows: 1, spellcheck: 'false', maxlength: 5000, 'aria-label': select.getAttribute('aria-label')
  });

  text.value = select.dataset.last ?? select.dataset.written ?? '';
  select.replaceWith(text);
  text.focus();
}

/** As high as what is written in it. */
export function fit(textarea) {
  textarea.style.height = 'auto';
  textarea.style.height = `${textarea.scrollHeight + 2}px`;
}
