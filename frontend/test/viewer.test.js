import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { gesture } from '../src/shared/touch-canvas/gesture.js';
import { flowsTaken } from '../src/viewer/progress/flows.js';
import { boundsOf, scaleOf, viewboxAround } from '../src/viewer/progress/viewbox.js';

describe('viewer - viewbox', () => {

  const task = { x: 1000, y: 500, width: 100, height: 80 };

  it('should centre one task at the nearest scale', () => {
    const viewbox = viewboxAround(task, { width: 600, height: 400 }, { least: 0.5, most: 1 });

    assert.deepEqual(viewbox, { x: 750, y: 340, width: 600, height: 400 });
  });

  it('should say at which scale two tasks fit together', () => {
    const bounds = boundsOf([ task, { ...task, x: 1220 } ]);

    assert.equal(scaleOf(bounds, { width: 600, height: 400 }), 1.5);
  });

  it('should not go below the least scale', () => {
    const far = { ...task, x: 9000 };

    const viewbox = viewboxAround(boundsOf([ task, far ]), { width: 600, height: 400 }, { least: 0.5, most: 1 });

    assert.deepEqual(viewbox, { x: 4450, y: 140, width: 1200, height: 800 });
  });
});

describe('viewer - flows taken', () => {

  const [ start, form, own, unit, ok, district, fork, police ] =
    [ 'start', 'form', 'own', 'unit', 'ok', 'district', 'fork', 'police' ].map(id => ({
      id, type: id === 'fork' ? 'bpmn:ParallelGateway' : 'bpmn:Task'
    }));
  const flow = (source, target) => ({ id: `${source.id}-${target.id}`, source, target });

  // a form, its unit unless it is one's own, then the district; the unit may send it back
  const flows = [
    flow(start, form), flow(form, own), flow(own, unit), flow(own, district), flow(unit, ok),
    flow(ok, district), flow(ok, form), flow(district, fork), flow(fork, police), flow(fork, form)
  ];
  const taken = (done, active) => flowsTaken(flows, done, active).map(({ id }) => id);

  it('should paint neither the way past a step nor the way back', () => {
    assert.deepEqual(taken([ 'start', 'form', 'own', 'unit', 'ok' ], [ 'district' ]),
      [ 'start-form', 'form-own', 'own-unit', 'unit-ok', 'ok-district' ]);
  });

  it('should paint the way past a step that was not done', () => {
    assert.deepEqual(taken([ 'start', 'form', 'own' ], [ 'district' ]), [ 'start-form', 'form-own', 'own-district' ]);
  });

  it('should paint every way out of a parallel gateway', () => {
    assert.deepEqual(taken([ 'start', 'fork' ], [ 'police', 'form' ]), [ 'start-form', 'fork-police', 'fork-form' ]);
  });
});

describe('touch canvas - gesture', () => {

  it('should move with one finger', () => {
    const { dx, dy, factor } = gesture([ { x: 10, y: 10 } ], [ { x: 25, y: 5 } ]);

    assert.deepEqual({ dx, dy, factor }, { dx: 15, dy: -5, factor: 1 });
  });

  it('should zoom with two fingers', () => {
    const apart = gesture([ { x: 0, y: 0 }, { x: 10, y: 0 } ], [ { x: 0, y: 0 }, { x: 20, y: 0 } ]);

    assert.deepEqual(apart, { dx: 5, dy: 0, factor: 2, centre: { x: 10, y: 0 } });
  });
});
