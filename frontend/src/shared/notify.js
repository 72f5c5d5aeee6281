import { element, icon } from './dom.js';

const LOOKS = {
  success: { colour: 'success', symbol: 'circle-check', role: 'status' },
  info: { colour: 'info', symbol: 'info-circle', role: 'status' },
  warning: { colour: 'warning', symbol: 'alert-triangle', role: 'alert' },
  danger: { colour: 'danger', symbol: 'alert-circle', role: 'alert' }
};

function shelf() {
  return document.getElementById('notices') ?? document.body.appendChild(
    element('div', { id: 'notices', class: 'xs-notices', 'aria-live': 'polite' })
  );
}

/** Shows a message in the corner: it goes by itself, unless it tells of something that went wrong. */
export function notify(message, kind = 'info') {
  const { colour, symbol, role } = LOOKS[kind];
  const close = element('button', { type: 'button', class: 'btn-close', 'aria-label': '关闭' });
  const notice = element(
    'div', { class: `alert alert-${colour} alert-dismissible mb-2`, role },
    icon(symbol), element('div', {}, message), close
  );

  close.addEventListener('click', () => notice.remove());
  shelf().append(notice);

  if (kind === 'success' || kind === 'info') {
    setTimeout(() => notice.remove(), 5000);
  }

  return notice;
}
