import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { translate } from '../src/modeler/features/translate/translate.js';
import { translations } from '../src/modeler/translations/index.js';
import { textsIn, textsInFile } from './support/translate-calls.js';

// the first half of a text, an example in a comment, key names
const NOT_SHOWN = new Set([ 'Align elements ', 'HELLO {you}', ' + shift + ', ' + x + ' ]);

function missing(texts) {
  return [ ...texts ].filter(text => !(text in translations) && !NOT_SHOWN.has(text));
}

describe('modeler - translations', () => {

  it('should cover the diagram', async () => {
    assert.deepEqual(missing(await textsIn('bpmn-js/lib')), []);
    assert.deepEqual(missing(await textsIn('diagram-js/lib')), []);
  });

  it('should cover the properties panel', async () => {
    // what follows in that file is for Camunda 7
    const provider = 'bpmn-js-properties-panel/dist/index.esm.js';

    assert.deepEqual(missing(await textsInFile(provider, 'function AsynchronousContinuationsProps')), []);
    assert.deepEqual(missing(await textsInFile('@bpmn-io/properties-panel/dist/index.esm.js')), []);
  });

  it('should fill in names', () => {
    assert.equal(translate('Open {element}', { element: '申报' }), '进入“申报”');
    assert.equal(translate('Unknown {thing}', {}), 'Unknown {thing}');
  });
});
