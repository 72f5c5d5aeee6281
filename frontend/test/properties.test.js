import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { checkCandidateGroup, checkOpinion, checkReminder } from '../src/modeler/features/xuanshu-properties/rules.js';
import { nameTopic } from '../src/modeler/features/xuanshu-properties/topics.js';
import { fitViewport } from '../src/modeler/page/fit-viewport.js';

describe('modeler - properties', () => {

  it('should take a level of the units as a scope', () => {
    assert.equal(checkCandidateGroup('town@乡镇'), undefined);
    assert.equal(checkCandidateGroup('league@liyang-1'), undefined);
    assert.match(checkCandidateGroup('town@乡 镇'), /应写作“角色@范围”/);
    assert.match(checkCandidateGroup('town'), /应写作“角色@范围”/);
  });

  it('should let a reminder be repeated after the due date, never before it', () => {
    assert.deepEqual([ '-3', '0', '+1', '+5*' ].map(checkReminder), [ undefined, undefined, undefined, undefined ]);
    assert.match(checkReminder('-5*'), /应为距期限的工作日数/);
    assert.match(checkReminder('5*'), /应为距期限的工作日数/);
  });

  it('should take 0 as the place of an opinion that is not printed', () => {
    assert.equal(checkOpinion('0'), undefined);
    assert.equal(checkOpinion('07'), '应为 0 至 99 的整数，0 存档而不打印');
  });

  it('should name a topic, and leave the name of a worker of one’s own', () => {
    assert.equal(nameTopic('nomination.close'), '结束申报，归还名额；任务参数 status');
    assert.equal(nameTopic('mail.send'), 'mail.send');
  });

  it('should measure the diagram anew before it is fitted', () => {
    const shown = [];
    const remembered = { inner: { x: 0, y: -5000, width: 400, height: 300 }, outer: { width: 1000, height: 500 } };
    const measured = { inner: { x: 0, y: 0, width: 400, height: 300 }, outer: { width: 1000, height: 500 } };

    fitViewport({ viewbox: box => box ? shown.push(box) : box === false ? measured : remembered });

    assert.deepEqual(shown, [ { x: -120, y: -100, width: 1000, height: 500 } ]);
  });
});
