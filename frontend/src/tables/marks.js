import { element, icon } from '../shared/dom.js';
import { controlsOf, rowsOf } from './rows.js';

/** Takes every mark of the last check off the table. */
export function clearMarks(body) {
  body.querySelectorAll('.cell').forEach(clearMark);
  rowsOf(body).forEach(row => row.classList.remove('is-wrong', 'is-hit'));
}

/** Takes the mark off one cell. */
export function clearMark(control) {
  const note = control.parentElement.querySelector('.cell-problem');

  control.classList.remove('is-invalid', 'is-warned');
  control.removeAttribute('aria-invalid');
  control.removeAttribute('aria-describedby');
  note.textContent = '';
  note.hidden = true;
}

/** Marks each bad cell with its sentence, each bad row, and lists everything below. */
export function showProblems(body, card, problems) {
  const list = card.querySelector('[data-list]');

  clearMarks(body);
  problems.forEach(problem => mark(body, problem));
  list.replaceChildren(...problems.map(problem => entry(body, problem)));

  if (!problems.length) {
    list.append(element('div', { class: 'list-group-item text-success' }, icon('circle-check'), ' 没有发现问题。'));
  }

  card.hidden = false;
}

function mark(body, { rows, column, message, severity }) {
  rows.forEach(number => {
    const row = rowsOf(body)[number - 1];
    const control = column === null ? null : controlsOf(row)[column];

    row.classList.toggle('is-wrong', severity === 'error' || row.classList.contains('is-wrong'));

    if (control) {
      const note = control.parentElement.querySelector('.cell-problem');

      note.id = `problem-${number}-${column}`;
      note.textContent = `${note.textContent}${message}`;
      note.hidden = false;
      note.classList.toggle('is-warning', severity !== 'error' && !control.classList.contains('is-invalid'));
      control.classList.add(severity === 'error' ? 'is-invalid' : 'is-warned');
      control.setAttribute('aria-invalid', severity === 'error');
      control.setAttribute('aria-describedby', note.id);
    }
  });
}

function entry(body, { rows, column, message, severity }) {
  const error = severity === 'error';
  const place = rows.length ? `第 ${rows.join('、')} 行：` : '';
  const line = element(
    rows.length ? 'button' : 'div',
    { class: `list-group-item ${rows.length ? 'list-group-item-action' : ''} problem-${severity}`, type: rows.length ? 'button' : null },
    icon(error ? 'alert-circle' : 'alert-triangle'), element('span', { class: 'visually-hidden' }, error ? '错误：' : '提醒：'), ` ${column === null ? '' : place}${message}`
  );

  line.addEventListener('click', () => {
    const row = rowsOf(body)[rows[0] - 1];

    if (row) {
      (controlsOf(row)[column ?? 0] ?? row).focus();
    }
  });

  return line;
}
