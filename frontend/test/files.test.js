import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { decode, readFile } from '../src/modeler/page/files.js';

describe('modeler - files', () => {

  // 团 in GB18030 and in UTF-16, which node can read but not write
  const gb18030 = Buffer.concat([ Buffer.from('<?xml version="1.0" encoding="GB18030"?><a>'), Buffer.from([ 0xcd, 0xc5 ]), Buffer.from('</a>') ]);
  const utf16 = Buffer.concat([ Buffer.from([ 0xff, 0xfe ]), Buffer.from('<?xml version="1.0" encoding="UTF-8"?><a>团</a>', 'utf16le') ]);

  it('should read the declared encoding', () => {
    assert.match(decode(gb18030), /<a>团<\/a>$/);
    assert.match(decode(Buffer.from('<a>团</a>')), /^<a>团<\/a>$/);
  });

  it('should believe a byte order mark before the declaration', () => {
    assert.match(decode(utf16), /<a>团<\/a>$/);
  });

  it('should say what is wrong with a file that is no text', () => {
    const png = Buffer.from([ 0x89, 0x50, 0x4e, 0x47 ]);

    assert.throws(() => decode(png), { message: '文件里的文字不是 UTF-8 编码。请确认选的是 .bpmn 文件，或用建模器另存为 UTF-8 编码。' });
    assert.throws(() => decode(Buffer.from('<?xml version="1.0" encoding="klingon"?>')), { message: /^文件里的文字不是 klingon 编码。/ });
  });

  it('should not read what is too large', async () => {
    const file = new File([ new Uint8Array(2_000_001) ], 'large.bpmn');

    await assert.rejects(readFile(file), { message: '文件超过 2 MB。请拆分流程，或删除图中嵌入的图片。' });
  });
});
