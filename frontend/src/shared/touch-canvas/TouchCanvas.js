import { gesture } from './gesture.js';

/**
 * Moves the canvas with one finger and zooms it with two; diagram-js itself knows mice only.
 * `config.touchCanvas.fingersToMove` is 2 where one finger has other work (the modeler).
 */
export default class TouchCanvas {

  constructor(config, canvas, eventBus) {
    this._canvas = canvas;
    this._fingersToMove = config?.fingersToMove ?? 1;
    this._fingers = new Map();

    eventBus.once('canvas.init', () => this._listen(canvas.getContainer()));
  }

  _listen(container) {
    const forget = ({ pointerId }) => this._fingers.delete(pointerId);

    container.style.touchAction = 'none';
    container.addEventListener('pointerdown', event => this._remember(event));
    container.addEventListener('pointermove', event => this._move(event));
    container.addEventListener('pointerup', forget);
    container.addEventListener('pointercancel', forget);
    container.addEventListener('pointerleave', forget);
  }

  _remember({ pointerType, pointerId, clientX, clientY }) {
    if (pointerType === 'touch') {
      this._fingers.set(pointerId, { x: clientX, y: clientY });
    }
  }

  _move(event) {
    if (!this._fingers.has(event.pointerId)) {
      return;
    }

    const before = [ ...this._fingers.values() ];

    this._remember(event);

    if (before.length < this._fingersToMove) {
      return;
    }

    const { dx, dy, factor, centre } = gesture(before, [ ...this._fingers.values() ]);
    const { left, top } = this._canvas.getContainer().getBoundingClientRect();

    this._canvas.scroll({ dx, dy });

    if (factor !== 1) {
      const zoom = Math.min(4, Math.max(0.1, this._canvas.zoom() * factor));

      this._canvas.zoom(zoom, { x: centre.x - left, y: centre.y - top });
    }
  }
}

TouchCanvas.$inject = [ 'config.touchCanvas', 'canvas', 'eventBus' ];
