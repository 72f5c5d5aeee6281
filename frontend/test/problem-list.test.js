import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { viewboxFor } from '../src/modeler/page/fit-viewport.js';
import { sortProblems, summarise } from '../src/modeler/page/problem-list.js';
import { errorSentence } from '../src/shared/sentences.js';

const error = { element_id: 'a', message: '没有流出的顺序流。', severity: 'error' };
const warning = { element_id: 'b', message: '角色没有人。', severity: 'warning' };

describe('modeler - problem list', () => {

  it('should count errors and warnings apart', () => {
    assert.equal(summarise([ error, warning, error ]), '2 个错误，须改正后才能发布；1 个提醒');
    assert.equal(summarise([ warning ]), '1 个提醒');
    assert.equal(summarise([]), '检查通过，没有发现问题。');
  });

  it('should put errors first and keep the order otherwise', () => {
    const later = { ...error, element_id: 'c' };

    assert.deepEqual(sortProblems([ warning, error, later ]), [ error, later, warning ]);
  });
});

describe('modeler - fit viewport', () => {

  it('should keep the diagram clear of the palette', () => {
    const inner = { x: 100, y: 0, width: 1000, height: 400 };

    const viewbox = viewboxFor({ inner, outer: { width: 1136, height: 432 } });

    assert.deepEqual(viewbox, { x: -20, y: -16, width: 1136, height: 432 });
  });
});

describe('shared - sentences', () => {

  it('should prefer the sentence of the server', () => {
    assert.equal(errorSentence(409, '{"message":"张伟已办理。"}', 'application/json'), '张伟已办理。');
    assert.equal(errorSentence(409, '{"detail":"已办理"}', 'application/problem+json'), '已办理');
  });

  it('should have one of its own for a page or a broken answer', () => {
    assert.equal(errorSentence(503, '<html>', 'text/html'), '系统繁忙，请稍后重试，您填写的内容没有丢失。');
    assert.equal(errorSentence(500, '{', 'application/json'), '操作失败（500），请稍后重试。');
  });
});
