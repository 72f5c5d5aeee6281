import { getMid } from 'diagram-js/lib/layout/LayoutUtil';

import { element } from '../../../shared/dom.js';

const TYPE = 'problem';

const LEGIBLE = 0.8;

function gravest(problems) {
  return problems.some(({ severity }) => severity !== 'warning') ? 'error' : 'warning';
}

/** Shows on the diagram where a check found something, and takes the user there. */
export default class ProblemMarkers {

  constructor(canvas, elementRegistry, overlays, selection) {
    this._canvas = canvas;
    this._elementRegistry = elementRegistry;
    this._overlays = overlays;
    this._selection = selection;
    this._marked = [];
  }

  /** Marks the elements of `problems`, and no others. */
  show(problems) {
    this.clear();

    const byElement = new Map();

    for (const problem of problems) {
      const shape = this.shapeOf(problem.element_id);

      byElement.set(shape, [ ...byElement.get(shape) ?? [], problem ]);
    }

    byElement.forEach((found, shape) => this._mark(shape, found));
  }

  /** What is drawn for an id: the element itself, or the pool of a process. */
  shapeOf(id) {
    return this._elementRegistry.get(id)
      ?? this._elementRegistry.find(({ businessObject }) => businessObject?.processRef?.id === id);
  }

  clear() {
    this._overlays.remove({ type: TYPE });
    this._marked
      .filter(([ { id } ]) => this._elementRegistry.get(id))
      .forEach(([ shape, marker ]) => this._canvas.removeMarker(shape, marker));
    this._marked = [];
  }

  /** Selects the element and brings it into view, in whichever plane it is drawn. */
  goTo(id) {
    const shape = this.shapeOf(id);

    if (!shape) {
      return false;
    }

    const root = this._canvas.findRoot(shape);

    if (root !== this._canvas.getRootElement()) {
      this._canvas.setRootElement(root);
    }

    if (shape !== root) {
      this._approach(shape);
    }

    this._selection.select(shape);

    return true;
  }

  /** Scrolls there, near enough to read; a pool is not read from near. */
  _approach(shape) {
    if (shape.width > 600 || this._canvas.zoom() >= LEGIBLE) {
      this._canvas.scrollToElement(shape, 120);

      return;
    }

    const { outer } = this._canvas.viewbox();
    const { x, y } = getMid(shape);
    const width = outer.width / LEGIBLE;
    const height = outer.height / LEGIBLE;

    this._canvas.viewbox({ x: x - width / 2, y: y - height / 2, width, height });
  }

  _mark(shape, problems) {

    // a root (the process itself) has nothing drawn to mark
    if (!shape || shape === this._canvas.findRoot(shape)) {
      return;
    }

    const marker = `problem-${gravest(problems)}`;

    this._canvas.addMarker(shape, marker);
    this._marked.push([ shape, marker ]);
    this._overlays.add(shape, TYPE, {
      position: shape.waypoints ? { top: -12, left: -12 } : { top: -12, right: 12 },
      html: element(
        'div', { class: `problem-badge ${marker}`, title: problems.map(({ message }) => message).join('\n') },
        String(problems.length)
      )
    });
  }
}

ProblemMarkers.$inject = [ 'canvas', 'elementRegistry', 'overlays', 'selection' ];
