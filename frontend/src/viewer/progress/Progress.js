import { element } from '../../shared/dom.js';
import { flowsTaken } from './flows.js';
import { boundsOf, scaleOf, viewboxAround } from './viewbox.js';

// nearer than this nobody needs to be, farther off nobody can read
const NEAREST = 0.9;
const LEGIBLE = 0.55;

/** Shows where an instance stands: what is done in green, what is open with a token on it. */
export default class Progress {

  constructor(canvas, elementRegistry, overlays) {
    this._canvas = canvas;
    this._elementRegistry = elementRegistry;
    this._overlays = overlays;
    this._size = null;
  }

  show({ active, done, focus }) {
    this._active = this._shapes(active);
    this._pool = this._poolOf(focus);

    this._shapes(done)
      .filter(shape => !this._active.includes(shape))
      .forEach(shape => this._canvas.addMarker(shape, 'progress-done'));
    flowsTaken(this._flows(), done, active).forEach(flow => this._canvas.addMarker(flow, 'progress-done'));
    this._active.forEach(shape => this._putToken(shape));
    this.refit();
  }

  /**
   * Shows what is open, near enough to read, or of what lies too far apart the first task that somebody
   * does: the middle between two tokens shows neither. Without anything open, the pool or all of it.
   */
  showActive() {
    if (!this._active.length) {
      this.showAll();

      return;
    }

    const { clientWidth: width, clientHeight: height } = this._canvas.getContainer();
    const together = scaleOf(boundsOf(this._active), { width, height }) >= LEGIBLE;

    this._look(together ? this._active : [ this._firstTask() ], LEGIBLE);
  }

  showAll() {
    this._look(this._pool ? [ this._pool ] : this._elementRegistry.filter(({ x, parent }) => x !== undefined && parent), 0);
  }

  /** Fits again when the space for the diagram has changed, but not while it is looked at. */
  refit() {
    const { clientWidth: width, clientHeight: height } = this._canvas.getContainer();
    const size = `${width}x${height}`;

    if (!width || !height || size === this._size) {
      return;
    }

    this._size = size;
    this._canvas.resized();

    // a whole pool on a telephone is a grey smudge: begin where the token stands
    const whole = this._pool ?? this._canvas.viewbox().inner;
    const fits = Math.min(width / whole.width, height / whole.height) >= LEGIBLE;

    if (fits || !this._active.length) {
      this.showAll();
    } else {
      this.showActive();
    }
  }

  _firstTask() {
    return this._active.find(({ type }) => type === 'bpmn:UserTask') ?? this._active[0];
  }

  _flows() {
    return this._elementRegistry.filter(({ type }) => type === 'bpmn:SequenceFlow');
  }

  _shapes(ids) {
    return ids.map(id => this._elementRegistry.get(id)).filter(Boolean);
  }

  _poolOf(focus) {
    return focus
      ? this._elementRegistry.find(({ id, businessObject }) => id === focus || businessObject?.processRef?.id === focus)
      : undefined;
  }

  _putToken(shape) {
    const name = shape.businessObject.name ?? '';

    this._canvas.addMarker(shape, 'progress-active');
    this._overlays.add(shape, 'token', {
      position: { top: -11, left: -11 },
      html: element('div', { class: 'progress-token', role: 'img', 'aria-label': `当前步骤：${name}`, title: '当前步骤' })
    });
  }

  _look(shapes, least) {
    const { clientWidth: width, clientHeight: height } = this._canvas.getContainer();

    this._canvas.viewbox(viewboxAround(boundsOf(shapes), { width, height }, { least, most: NEAREST }));
  }
}

Progress.$inject = [ 'canvas', 'elementRegistry', 'overlays' ];
