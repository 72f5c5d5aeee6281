import { ask } from '../../shared/ask.js';
import { fetchDiagram } from '../../shared/diagram.js';
import { clockTime, jsonAttribute } from '../../shared/dom.js';
import { notify } from '../../shared/notify.js';
import { createModeler } from '../modeler.js';
import { chooseFile, download, readFile } from './files.js';
import { fitViewport } from './fit-viewport.js';
import { layOut } from './layout.js';
import { bindShortcuts } from './shortcuts.js';
import { renderProblems, summarise } from './problem-list.js';
import { postDiagram } from './server.js';

const PUBLISH = '发布后，新发起的申报按新流程办理；已在办理中的申报仍按原来的版本走完。';
const DISCARD = '当前流程图有未发布的修改，打开其他文件会丢失这些修改。';

/** The page around the modeler: its buttons, the list of problems, and what is not saved yet. */
export default class ModelerPage {

  constructor(root) {
    const { dataset } = root;

    this.urls = {
      diagram: dataset.diagramUrl, check: dataset.checkUrl, publish: dataset.publishUrl, save: dataset.saveUrl
    };
    this.csrf = dataset.csrf;
    this.fileName = dataset.fileName ?? 'diagram';
    this.parts = layOut(root, { saves: Boolean(dataset.saveUrl) });
    this.savedAt = -1;
    this.modeler = createModeler({
      canvas: this.parts.canvas,
      properties: this.parts.properties,
      forms: jsonAttribute(root, 'forms', []),
      topics: jsonAttribute(root, 'topics', []),
      roles: jsonAttribute(root, 'roles', [])
    });
  }

  async start() {
    this._bindButtons();
    this._watchChanges();

    try {
      await this.open(await fetchDiagram(this.urls.diagram));
    } catch (error) {
      // something must be open for the buttons to work on
      await this.modeler.createDiagram();
      this._markSaved();
      notify(`流程图无法打开：${error.message}`, 'danger');
    }
  }

  /** Shows another diagram. A broken one is told about, and what was open stays open. */
  async open(xml) {
    // read it before importXML, which first clears what is open
    await this.modeler.get('moddle').fromXML(xml);
    // what is drawn moves until all of it is in view: it is not shown, or pressed, before
    this.parts.canvas.setAttribute('aria-busy', 'true');

    try {
      await this.modeler.importXML(xml);
      fitViewport(this.modeler.get('canvas'));
    } finally {
      this.parts.canvas.removeAttribute('aria-busy');
    }

    this._showProblems(null);
    this._markSaved();
  }

  async xml() {
    return (await this.modeler.saveXML({ format: true })).xml;
  }

  get changed() {
    return this.modeler.get('commandStack')._stackIdx !== this.savedAt;
  }

  _bindButtons() {
    const commandStack = () => this.modeler.get('commandStack');
    const zoom = () => this.modeler.get('zoomScroll');
    const actions = {
      'open': () => this._openFile(),
      'download': async () => download(`${this.fileName}.bpmn`, 'application/xml', await this.xml()),
      'svg': async () => download(`${this.fileName}.svg`, 'image/svg+xml', (await this.modeler.saveSVG()).svg),
      'undo': () => commandStack().undo(),
      'redo': () => commandStack().redo(),
      'zoom-in': () => zoom().stepZoom(1),
      'zoom-out': () => zoom().stepZoom(-1),
      'fit': () => fitViewport(this.modeler.get('canvas')),
      'panel': () => this._togglePanel(),
      'save': () => this._busy('save', () => this._save()),
      'check': () => this._busy('check', () => this._check()),
      'publish': () => this._busy('publish', () => this._publish())
    };

    for (const [ name, run ] of Object.entries(actions)) {
      this.parts.button(name)?.addEventListener('click', run);
    }

    bindShortcuts({ save: this.urls.save ? actions.save : actions.download, fit: actions.fit, check: actions.check });
  }

  _togglePanel() {
    this.parts.properties.classList.toggle('is-hidden');
    this.modeler.get('canvas').resized();
  }

  _watchChanges() {
    this.modeler.on('commandStack.changed', ({ trigger }) => {

      // what was saved has been undone and overwritten: no redo leads back to it
      if (trigger === 'execute' && this.modeler.get('commandStack')._stackIdx <= this.savedAt) {
        this.savedAt = NaN;
      }

      this._showState();
    });

    window.addEventListener('beforeunload', event => {
      if (this.changed) {
        event.preventDefault();
      }
    });
  }

  _showState() {
    const commandStack = this.modeler.get('commandStack');
    const { button } = this.parts;

    button('undo').disabled = !commandStack.canUndo();
    button('redo').disabled = !commandStack.canRedo();
    document.getElementById('modeler-status').textContent = this.changed ? '有未保存的修改' : this.savedNote ?? '';
  }

  _markSaved(note = '') {
    this.savedAt = this.modeler.get('commandStack')._stackIdx;
    this.savedNote = note;
    this._showState();
  }

  async _busy(name, run) {
    const button = this.parts.button(name);

    if (button.disabled) {
      return;
    }

    button.disabled = true;

    try {
      await run();
    } finally {
      button.disabled = false;
    }
  }

  async _openFile() {
    if (this.changed && !await ask({ title: '打开其他文件？', message: DISCARD, yes: '打开' })) {
      return;
    }

    const file = await chooseFile('.bpmn,.xml');

    if (file === null) {
      return;
    }

    let xml;

    try {
      xml = await readFile(file);
    } catch ({ message }) {
      notify(`${file.name}：${message}`, 'danger');

      return;
    }

    try {
      await this.open(xml);
      this.savedAt = NaN; // nothing of it is on the server yet
      this._showState();
    } catch {
      notify(`${file.name} 不是 BPMN 2.0 流程图，读不出来。原来打开的流程图没有变。`, 'danger');
    }
  }

  async _save() {
    const { ok, sentence } = await postDiagram(this.urls.save, await this.xml(), this.csrf);

    if (ok) {
      this._markSaved(`已保存 ${clockTime(new Date())}`);
    } else {
      notify(sentence, 'danger');
    }
  }

  async _check() {
    const { ok, status, body, sentence } = await postDiagram(this.urls.check, await this.xml(), this.csrf);

    if (ok || status === 422 && body.problems) {
      this._showProblems(body.problems ?? []);
    } else {
      notify(sentence, 'danger');
    }
  }

  async _publish() {
    if (!await ask({ title: '发布流程图？', message: PUBLISH, yes: '发布' })) {
      return;
    }

    const { ok, body, sentence } = await postDiagram(this._publishUrl(), await this.xml(), this.csrf);

    if (body.problems?.length) {
      this._showProblems(body.problems);
    }

    if (ok) {
      this._markSaved(`已发布，版本 ${body.version}`);
      this._showVersion(body.version);
      notify(`已发布为第 ${body.version} 版。`, 'success');
    } else {
      notify(body.problems?.length ? `未能发布：${summarise(body.problems)}。` : sentence, 'danger');
    }
  }

  /** A page may say in `#opened-version` what is open: from now on the version just published. */
  _showVersion(version) {
    const opened = document.getElementById('opened-version');
    const note = document.getElementById('publish-note');

    if (opened) {
      opened.textContent = `第 ${version} 版`;
    }

    if (note) {
      note.value = '';
    }
  }

  /** A page may hold a field `#publish-note`: what it says is published with the version. */
  _publishUrl() {
    const note = document.getElementById('publish-note')?.value.trim();

    return note ? `${this.urls.publish}?note=${encodeURIComponent(note)}` : this.urls.publish;
  }

  /** `null` clears the list: nothing has been checked. */
  _showProblems(problems) {
    const { problems: list, summary } = this.parts;
    const markers = this.modeler.get('problemMarkers');

    summary.hidden = problems === null;
    summary.textContent = problems === null ? '' : summarise(problems);
    summary.classList.toggle('is-clean', problems?.length === 0);
    this.modeler.get('canvas').resized();
    markers.show(problems ?? []);
    renderProblems(list, problems ?? [], {
      nameOf: id => markers.shapeOf(id)?.businessObject.name || id,
      onOpen: id => this._goTo(id)
    });

    // on a telephone the list lies below the drawing, and an answer off the screen is none
    if (problems) {
      (list.firstElementChild ?? summary).scrollIntoView({ block: 'nearest' });
    }
  }

  _goTo(id) {
    if (this.modeler.get('problemMarkers').goTo(id)) {
      this.parts.canvas.scrollIntoView({ block: 'nearest' });
    } else {
      notify(`图中没有编号为 ${id} 的元素，可能已被删除。`, 'warning');
    }
  }
}
