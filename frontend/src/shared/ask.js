import { element } from './dom.js';

/**
 * Asks in a dialog before something that cannot be undone. Resolves to true or false; the focus
 * goes back to where it was. Escape and the backdrop mean no.
 */
export function ask({ message, title = '请确认', yes = '确定', no = '取消', danger = false }) {
  return new Promise(resolve => {
    const accept = element('button', { class: `btn ${danger ? 'btn-danger' : 'btn-primary'}`, value: 'yes' }, yes);
    const refuse = element('button', { class: 'btn', value: 'no', autofocus: true }, no);
    const dialog = element(
      'dialog', { class: 'xs-dialog', 'aria-labelledby': 'xs-dialog-title' },
      element(
        'form', { method: 'dialog' },
        element('h2', { class: 'xs-dialog-title', id: 'xs-dialog-title' }, title),
        element('p', { class: 'xs-dialog-text' }, message),
        element('div', { class: 'xs-dialog-buttons' }, refuse, accept)
      )
    );

    dialog.addEventListener('click', event => event.target === dialog && dialog.close('no'));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });

    document.body.append(dialog);
    dialog.showModal();
  });
}
