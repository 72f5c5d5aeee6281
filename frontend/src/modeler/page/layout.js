import { element, icon } from '../../shared/dom.js';

// [ name, label, icon, shortcut, opening a new group ]
const BUTTONS = [
  [ 'open', '打开本地文件', 'upload', '' ],
  [ 'download', '下载 .bpmn', 'download', '' ],
  [ 'svg', '下载图片（SVG）', 'photo', '' ],
  [ 'undo', '撤销', 'arrow-back-up', 'Ctrl+Z', true ],
  [ 'redo', '重做', 'arrow-forward-up', 'Ctrl+Y' ],
  [ 'zoom-out', '缩小', 'zoom-out', 'Ctrl+-', true ],
  [ 'zoom-in', '放大', 'zoom-in', 'Ctrl+=' ],
  [ 'fit', '适合窗口', 'maximize', 'Ctrl+9' ],
  [ 'panel', '属性面板', 'settings', '' ]
];

const ACTIONS = [
  [ 'save', '保存草稿', 'btn', 'device-floppy' ],
  [ 'check', '检查', 'btn', 'list-check' ],
  [ 'publish', '发布', 'btn btn-primary', 'send' ]
];

function iconButton([ name, label, symbol, shortcut, opens ]) {
  return element('button', {
    type: 'button', id: name, class: `btn btn-icon ${opens ? 'ms-2' : ''}`, 'aria-label': label,
    title: shortcut ? `${label}（${shortcut}）` : label
  }, icon(symbol));
}

function actionButton([ name, label, look, symbol ]) {
  return element('button', { type: 'button', id: name, class: look }, icon(symbol), label);
}

function place(id, create) {
  return document.getElementById(id) ?? create();
}

/**
 * The parts of the modeler page. A page may bring any of them, with these ids; what it leaves out
 * is made here, so that an empty <div id="modeler"> is enough.
 */
export function layOut(root, { saves }) {
  const canvas = element('div', { class: 'modeler-canvas', role: 'application', 'aria-label': '流程图' });
  const toolbar = place('modeler-toolbar', () => root.appendChild(
    element('div', { id: 'modeler-toolbar', class: 'modeler-toolbar', role: 'toolbar', 'aria-label': '流程图工具' })
  ));
  const wanted = ACTIONS.filter(([ name ]) => saves || name !== 'save');

  BUTTONS.forEach(button => place(button[0], () => toolbar.appendChild(iconButton(button))));
  toolbar.append(place('modeler-status', () => element('span', {
    id: 'modeler-status', class: 'modeler-status', role: 'status'
  })));
  wanted.forEach(button => place(button[0], () => toolbar.appendChild(actionButton(button))));

  const body = root.appendChild(element('div', { class: 'modeler-body' }, canvas));
  const properties = place('properties', () => element('div', { id: 'properties' }));
  const problems = place('problems', () => element('ul', { id: 'problems' }));
  const summary = element('p', { class: 'problems-summary', role: 'status', hidden: true });

  properties.classList.add('modeler-properties');
  problems.classList.add('problems');
  body.append(properties);

  if (!problems.isConnected) {
    root.append(problems);
  }

  problems.before(summary);

  return { canvas, properties, problems, summary, button: name => document.getElementById(name) };
}
