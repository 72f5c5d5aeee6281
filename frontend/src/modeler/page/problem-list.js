import { element } from '../../shared/dom.js';

/** How many errors and warnings, in words. */
export function summarise(problems) {
  const warnings = problems.filter(({ severity }) => severity === 'warning').length;
  const errors = problems.length - warnings;

  if (!problems.length) {
    return '检查通过，没有发现问题。';
  }

  return [ errors && `${errors} 个错误，须改正后才能发布`, warnings && `${warnings} 个提醒` ].filter(Boolean).join('；');
}

/** Errors before warnings, otherwise as the server ordered them. */
export function sortProblems(problems) {
  const weight = ({ severity }) => severity === 'warning' ? 1 : 0;

  return [ ...problems ].sort((a, b) => weight(a) - weight(b));
}

function item(problem, nameOf, onOpen) {
  const { element_id: id, message, fix, severity, rule } = problem;
  const warning = severity === 'warning';

  return element(
    'li', { class: `problem ${warning ? 'problem-warning' : 'problem-error'}` },
    element(
      'button', { type: 'button', class: 'problem-open', disabled: !id, onclick: () => onOpen(id), title: rule },
      element('span', { class: 'problem-kind' }, warning ? '提醒' : '错误'),
      id ? element('span', { class: 'problem-element' }, nameOf(id)) : null,
      element('span', { class: 'problem-message' }, message),
      fix ? element('span', { class: 'problem-fix' }, `改法：${fix}`) : null
    )
  );
}

/** Fills `list` with the problems; `onOpen(element_id)` is called when one is chosen. */
export function renderProblems(list, problems, { nameOf, onOpen }) {
  list.replaceChildren(...sortProblems(problems).map(problem => item(problem, nameOf, onOpen)));
}
