import { ask } from '../../shared/ask.js';
import { element, icon, jsonAttribute } from '../../shared/dom.js';
import { readableSize, refusal } from './limits.js';
import { deleteFile, sendFile } from './send.js';

const IMAGE = /\.(jpe?g|png|gif|webp)$/i;

/** The files of one slot: what is there, one more by button or by dropping, and each gone by its button. */
export default class Upload {

  constructor(container) {
    const { slot, url, accept = '', maxCount, minCount, maxSize, label, readonly } = container.dataset;

    this._container = container;
    this._slot = slot;
    this._url = url;
    this._label = label ?? '';
    this._limits = { accept, maxSize: Number(maxSize) || 0 };
    this._minCount = Number(minCount) || 0;
    this._maxCount = Number(maxCount) || Infinity;
    this._readOnly = readonly === 'true';
    this._pending = 0;
    this._build();

    this._given(container).forEach(file => this._list.append(this._item(file)));
    this._update();
  }

  /** What is missing, for the list above the form. */
  check() {
    if (this._readOnly) {
      return [];
    }

    if (this._pending) {
      return [ { slot: this._slot, label: this._label, message: '文件还在上传，请稍候。' } ];
    }

    if (this._count < this._minCount) {
      const message = this._minCount === 1 ? '请上传文件。' : `至少上传 ${this._minCount} 个文件，现有 ${this._count} 个。`;

      this._tell(message);

      return [ { slot: this._slot, label: this._label, message } ];
    }

    return [];
  }

  /** Files already there: on the element itself, or by slot on the page's form. */
  _given(container) {
    const form = document.querySelector('[data-form][data-uploads]');
    const bySlot = form ? jsonAttribute(form, 'uploads', {})[this._slot] : undefined;
    const files = jsonAttribute(container, 'files', bySlot ?? []);

    return Array.isArray(files) ? files : files.files ?? [ files ];
  }

  get _count() {
    return this._list.querySelectorAll('.upload-file:not(.is-pending)').length;
  }

  _build() {
    const { accept } = this._limits;

    this._list = element('ul', { class: 'upload-files' });
    this._error = element('p', { class: 'upload-error', role: 'alert', hidden: true });
    this._input = element('input', { type: 'file', accept, multiple: this._maxCount > 1, hidden: true, tabindex: '-1' });
    this._button = element(
      'button', { type: 'button', class: 'btn upload-button', onclick: () => this._input.click() },
      icon('upload'), this._label ? `上传${this._label}` : '上传文件'
    );
    this._input.addEventListener('change', () => this._take([ ...this._input.files ]));
    this._container.classList.add('upload');
    this._container.append(this._list, this._error, this._button, this._input);

    if (!this._readOnly) {
      this._takeDropped();
    }
  }

  _takeDropped() {
    const mark = on => this._container.classList.toggle('is-over', on);

    this._container.addEventListener('dragover', event => {
      event.preventDefault();
      mark(true);
    });
    this._container.addEventListener('dragleave', () => mark(false));
    this._container.addEventListener('drop', event => {
      event.preventDefault();
      mark(false);
      this._take([ ...event.dataTransfer.files ]);
    });
  }

  async _take(files) {
    this._tell('');
    this._input.value = '';

    for (const file of files) {
      const room = this._maxCount - this._count - this._pending;
      const reason = room > 0 ? refusal(file, this._limits) : `最多 ${this._maxCount} 个文件，请先删除再上传。`;

      if (reason) {
        this._tell(reason);
      } else {
        this._send(file);
      }
    }
  }

  async _send(file) {
    const bar = element('progress', { max: '1', value: '0', 'aria-label': '上传进度' });
    const row = element('li', { class: 'upload-file is-pending' },
      element('span', { class: 'upload-name' }, file.name), bar);

    this._pending += 1;
    this._list.append(row);
    this._update();

    try {
      row.replaceWith(this._item(await sendFile(this._url, this._slot, file, part => { bar.value = part; })));
      this._container.dispatchEvent(new CustomEvent('upload:changed', { bubbles: true }));
    } catch (error) {
      row.remove();
      this._tell(error.message);
    } finally {
      this._pending -= 1;
      this._update();
    }
  }

  _item(file) {
    const { filename, size, url } = file;
    const row = element('li', { class: 'upload-file' });
    const picture = IMAGE.test(filename)
      ? element('img', { class: 'upload-thumbnail', src: file.thumbnail_url ?? url, alt: '', loading: 'lazy' })
      : element('span', { class: 'upload-thumbnail' }, icon('file'));

    row.append(
      picture,
      element('a', { class: 'upload-name', href: url, target: '_blank', rel: 'noopener' }, filename),
      element('span', { class: 'upload-size' }, readableSize(size))
    );

    if (!this._readOnly) {
      row.append(element(
        'button', {
          type: 'button', class: 'btn btn-icon upload-delete', 'aria-label': `删除 ${filename}`, title: '删除',
          onclick: () => this._delete(file, row)
        }, icon('trash')
      ));
    }

    return row;
  }

  async _delete(file, row) {
    if (!await ask({ title: '删除文件？', message: file.filename, yes: '删除', danger: true })) {
      return;
    }

    try {
      await deleteFile(file.delete_url ?? `${this._url}/${encodeURIComponent(file.id)}`);
      row.remove();
      this._tell('');
      this._update();
      this._button.focus();
      this._container.dispatchEvent(new CustomEvent('upload:changed', { bubbles: true }));
    } catch (error) {
      this._tell(error.message);
    }
  }

  _tell(message) {
    this._error.textContent = message;
    this._error.hidden = !message;
  }

  _update() {
    this._button.hidden = this._readOnly || this._count + this._pending >= this._maxCount;
    this._container.classList.toggle('is-empty', this._count + this._pending === 0);
  }
}
