import { ask } from '../shared/ask.js';
import { clockTime } from '../shared/dom.js';
import { notify } from '../shared/notify.js';
import { post } from '../shared/post.js';
import { clearMark, clearMarks, showProblems } from './marks.js';
import { controlsOf, copyRow, fit, moveRow, numberRows, readRows, rowsOf, settleRows, writeExpression } from './rows.js';
import { readFacts, showFactErrors, showVerdict } from './trial.js';

const PUBLISH = '发布后，新发起的申报按新表判定；已在办理中的申报仍按原来的版本判定。';

/** The page of one decision table: its rows, its buttons, and what is not saved yet. */
export default class TableEditor {

  constructor(root) {
    this.urls = {
      check: root.dataset.checkUrl, trial: root.dataset.trialUrl, save: root.dataset.saveUrl, publish: root.dataset.publishUrl
    };
    this.tag = root.dataset.tag;
    this.part = id => root.querySelector(`#${id}`);
    this.body = this.part('rules');
    this.changed = false;
  }

  start() {
    numberRows(this.body);
    this._fitAll();
    this._bindRows();
    this._bindKeys();

    const actions = { add: () => this._add(), check: () => this._check(), save: () => this._save(), publish: () => this._publish() };

    Object.entries(actions).forEach(([ name, run ]) => this.part(name).addEventListener('click', event => this._busy(event.currentTarget, run)));
    this.part('trial').addEventListener('submit', event => {
      event.preventDefault();
      this._busy(event.submitter, () => this._tryOut());
    });

    window.addEventListener('resize', () => this._fitAll());
    window.addEventListener('beforeunload', event => this.changed && event.preventDefault());
  }

  _bindRows() {
    this.body.addEventListener('input', ({ target }) => {
      if (target.tagName === 'TEXTAREA') {
        fit(target);
      }

      clearMark(target);
      this._touch();
    });

    this.body.addEventListener('change', ({ target }) => {
      if (target.selectedOptions?.[0]?.hasAttribute('data-expression')) {
        writeExpression(target);
      }
    });

    this.body.addEventListener('click', ({ target }) => {
      const button = target.closest('[data-act]');

      if (button) {
        this._act(button.dataset.act, button.closest('tr'));
      }
    });
  }

  _bindKeys() {
    this.body.addEventListener('keydown', event => {
      const row = event.target.closest('tr');
      const column = controlsOf(row).indexOf(event.target);

      if (event.altKey && [ 'ArrowUp', 'ArrowDown' ].includes(event.key)) {
        event.preventDefault();
        this._move(row, event.key === 'ArrowUp' ? -1 : 1, event.target);
      } else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.target.tagName === 'TEXTAREA') {
        event.preventDefault();
        controlsOf(row.nextElementSibling ?? row)[column].focus();
      }
    });

    document.addEventListener('keydown', event => {
      if ((event.ctrlKey || event.metaKey) && event.key === 's') {
        event.preventDefault();
        this.part('save').click();
      } else if (event.key === 'F8') {
        event.preventDefault();
        this.part('check').click();
      }
    });
  }

  _act(name, row) {
    if (name === 'up' || name === 'down') {
      this._move(row, name === 'up' ? -1 : 1, row.querySelector(`[data-act=${name}]`));
    } else if (name === 'copy') {
      this._arrived(copyRow(row));
    } else {
      const next = row.nextElementSibling ?? row.previousElementSibling;

      row.remove();
      this._rearranged();
      (next?.querySelector('[data-act=remove]') ?? this.part('add')).focus();
    }
  }

  _move(row, step, focused) {
    if (moveRow(row, step)) {
      this._rearranged();
      (focused.disabled ? row.querySelector('[data-act]:not(:disabled)') : focused).focus();
    }
  }

  _add() {
    const row = this.part('new-rule').content.firstElementChild.cloneNode(true);

    this.body.append(row);
    this._arrived(row);
  }

  _arrived(row) {
    this._rearranged();
    row.querySelectorAll('textarea').forEach(fit);
    controlsOf(row)[0].focus();
  }

  /** Marks tell of places, which are others now. */
  _rearranged() {
    clearMarks(this.body);
    numberRows(this.body);
    this._touch();
  }

  _touch() {
    this.changed = true;
    this._tell('有未保存的修改');
  }

  _tell(text) {
    this.part('table-status').textContent = text;
  }

  _fitAll() {
    this.body.querySelectorAll('textarea').forEach(fit);
  }

  async _busy(button, run) {
    button.disabled = true;

    try {
      await run();
    } finally {
      button.disabled = false;
    }
  }

  _post(url, more = {}) {
    const body = JSON.stringify({ tag: this.tag, rows: readRows(this.body), ...more });

    return post(url, body, { 'Content-Type': 'application/json' });
  }

  _refuse({ body, sentence }) {
    if (body.problems) {
      this._showProblems(body.problems);
    }

    notify(sentence, 'danger');
  }

  _showProblems(problems) {
    const card = this.part('problems');

    showProblems(this.body, card, problems);
    card.scrollIntoView({ block: 'nearest' });
  }

  async _check() {
    const answer = await this._post(this.urls.check);

    if (!answer.ok) {
      this._refuse(answer);
      return;
    }

    const { problems, changes } = answer.body;
    const errors = problems.filter(({ severity }) => severity === 'error').length;
    const changed = this.part('changes');

    changed.hidden = !changes.length;
    changed.querySelector('[data-list]').replaceChildren(...changes.map(text => Object.assign(document.createElement('li'), { textContent: text })));
    this._showProblems(problems);
    const warnings = problems.length - errors;

    this._tell(errors ? `检查：${errors} 处错误，改正后才能发布` : warnings ? `检查：可以发布，有 ${warnings} 处提醒` : '检查：可以发布');
  }

  async _save() {
    const answer = await this._post(this.urls.save);

    if (answer.ok) {
      this._saved(answer.body.tag);
      this._tell(`已保存草稿 ${clockTime(new Date())}`);
    } else {
      this._refuse(answer);
    }
  }

  _saved(tag) {
    this.tag = tag;
    this.changed = false;
    settleRows(this.body);
  }

  async _publish() {
    if (!await ask({ title: '发布新表', message: PUBLISH, yes: '发布' })) {
      return;
    }

    const answer = await this._post(this.urls.publish, { note: this.part('publish-note').value });

    if (answer.ok) {
      this.changed = false;
      window.location.assign(answer.body.url);
    } else {
      this._refuse(answer);
    }
  }

  async _tryOut() {
    const form = this.part('trial');
    const answer = await this._post(this.urls.trial, { facts: readFacts(form) });

    showFactErrors(form, answer.body.fields ?? {});

    if (answer.ok) {
      showVerdict(this.body, this.part('verdict'), answer.body);
    } else {
      this.part('verdict').replaceChildren();
      this._refuse(answer);
    }
  }
}
