import { writeHeaders } from '../../shared/csrf.js';
import { clockTime, debounce, element } from '../../shared/dom.js';
import { sessionEnded } from '../../shared/sentences.js';

const DELAY = 2000;

function failure(response) {
  if (sessionEnded(response) || response.status === 401) {
    return '登录已过期，未能暂存：请在新窗口登录后再继续';
  }

  return response.status === 409 ? '任务已由他人办理，未能暂存' : '暂存失败，请勿关闭页面';
}

/**
 * Keeps what is typed: posts the answers two seconds after the last change, and at once when the
 * page goes out of sight. Says so in `[data-draft-status]`.
 */
export default class Draft {

  constructor(form, url, outer) {
    this._form = form;
    this._url = url;
    this._status = outer.querySelector('[data-draft-status]') ?? outer.appendChild(
      element('p', { class: 'draft-status', 'data-draft-status': true, role: 'status' })
    );
    this._saved = this._answers();
    this._later = debounce(() => this._save(), DELAY);

    form.on('changed', () => this._answers() !== this._saved && this._later());
    document.addEventListener('visibilitychange', () => document.hidden && this._later.flush());
  }

  /** The answers are being sent for good: what still waits is not sent after them. */
  stop() {
    this._later.cancel();
    this._stopped = true;
  }

  _answers() {
    return JSON.stringify(this._form._getSubmitData());
  }

  async _save() {
    const answers = this._answers();

    if (this._stopped || answers === this._saved) {
      return;
    }

    this._tell('正在暂存…');

    try {
      const response = await fetch(this._url, {
        method: 'POST',
        headers: writeHeaders({ 'Content-Type': 'application/json' }),
        body: answers,
        keepalive: answers.length < 60000 // the browser's limit for a request that outlives its page
      });

      if (!response.ok || sessionEnded(response)) {
        this._tell(failure(response), true);

        return;
      }

      this._saved = answers;
      this._tell(`已暂存 ${clockTime(new Date())}`);
    } catch {
      this._tell('网络中断，暂存失败，请勿关闭页面', true);
    }
  }

  _tell(text, failed = false) {
    this._status.textContent = text;
    this._status.classList.toggle('text-danger', failed);
  }
}
