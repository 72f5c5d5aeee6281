import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';

import { fieldErrors, listErrors } from '../src/form/answers/errors.js';
import { FORM_TEXTS } from '../src/form/texts.js';
import { readableSize, refusal } from '../src/form/upload/limits.js';
import { replaceTexts } from '../tools/localise.js';

const FORM_JS = new URL('../node_modules/@bpmn-io/form-js-viewer/dist/index.es.js', import.meta.url);

const fields = [
  { id: 'field_name', key: 'name', label: '姓名' },
  { id: 'field_honours', key: 'honours', label: '荣誉' },
  { id: 'text', type: 'text' }
];
const form = { get: () => ({ getAll: () => fields }) };

describe('form - texts', () => {

  it('should leave no English validation message', async () => {
    const localised = replaceTexts(await readFile(FORM_JS, 'utf8'), FORM_TEXTS);

    assert.deepEqual(localised.match(/errors\.push\(['`][A-Z][^)]*/g), null);
  });

  it('should stop where a text is not found', () => {
    assert.throws(() => replaceTexts('abc', [ [ 'x', 'y' ] ]), /not found, so not translated: x/);
  });
});

describe('form - errors', () => {

  it('should go from key to field', () => {
    assert.deepEqual(fieldErrors(form, { name: '不能为空', portrait: '缺少' }), { field_name: [ '不能为空' ] });
  });

  it('should list rows of a repeated group and what is no field', () => {
    const errors = { field_honours: { 0: [ '此项必填。' ] }, field_name: [ '太短' ] };

    assert.deepEqual(listErrors(form, errors, { portrait: '缺少照片' }), [
      { id: 'field_name', label: '姓名', message: '太短' },
      { id: 'field_honours', label: '荣誉', message: '此项必填。' },
      { slot: 'portrait', message: '缺少照片' }
    ]);
  });
});

describe('form - upload limits', () => {

  const photo = { name: '照片.JPG', type: 'image/jpeg', size: 3 * 1024 * 1024 };

  it('should accept by type, by wildcard and by ending', () => {
    assert.equal(refusal(photo, { accept: 'image/jpeg' }), undefined);
    assert.equal(refusal(photo, { accept: 'image/*' }), undefined);
    assert.equal(refusal(photo, { accept: '.png,.jpg' }), undefined);
    assert.equal(refusal(photo, { accept: 'application/pdf' }), '“照片.JPG”的类型不符合要求。');
  });

  it('should refuse what is empty or too large', () => {
    assert.equal(refusal({ ...photo, size: 0 }, {}), '“照片.JPG”是空文件。');
    assert.equal(refusal(photo, { maxSize: 2097152 }), '“照片.JPG”有 3.0 MB，不能超过 2.0 MB。');
  });

  it('should say sizes shortly', () => {
    assert.deepEqual([ 12, 182733, 1572864 ].map(readableSize), [ '1 KB', '178 KB', '1.5 MB' ]);
  });
});
