import { writeHeaders } from '../../shared/csrf.js';
import { clockTime, debounce } from '../../shared/dom.js';
import { sessionEnded } from '../../shared/sentences.js';

const DELAY = 2000;

async function save(form, tell) {
  tell('正在暂存…');

  try {
    const response = await fetch(form.dataset.autosaveUrl, {
      method: 'POST', headers: writeHeaders(), body: new FormData(form)
    });

    const saved = response.ok && !sessionEnded(response);

    tell(saved ? `已暂存 ${clockTime(new Date())}` : '暂存失败，请勿关闭页面', !saved);
  } catch {
    tell('网络中断，暂存失败，请勿关闭页面', true);
  }
}

/**
 * `<form data-autosave-url="...">` posts itself two seconds after the last change; what happened
 * is told in the form's `[data-autosave-status]`. (The forms of form-js have their own: form.js.)
 */
export default function autosave(document) {
  document.querySelectorAll('form[data-autosave-url]').forEach(form => {
    const status = form.querySelector('[data-autosave-status]');
    const tell = (text, failed = false) => {
      if (status) {
        status.textContent = text;
        status.classList.toggle('text-danger', failed);
      }
    };
    const later = debounce(() => save(form, tell), DELAY);

    form.addEventListener('input', later);
    form.addEventListener('submit', () => later.cancel());
    document.addEventListener('visibilitychange', () => document.hidden && later.flush());
  });
}
