import assert from 'node:assert/strict';
import { test } from 'node:test';

import { barOptions, dateOptions, heightOf, legendLines, shorten } from '../src/charts/options.js';

const LOOK = { width: 600, font: 'serif', paper: false };
const CHART = {
  title: '各单位',
  rows: [ '甲', '乙' ],
  series: [
    { name: '已用', data: [ { value: 3, href: '/a' }, { value: 0, href: '/b' } ] },
    { name: '剩余', rest: true, data: [ { value: 1, href: '/a' }, { value: 4, href: '/b' } ] }
  ]
};

test('a long name keeps its end, by which units differ', () => {
  assert.equal(shorten('共青团常州经开区委', 7), '…常州经开区委');
  assert.equal(shorten('合计', 7), '合计');
  assert.equal(shorten('Being recommended', 10), 'Being recommended');
  assert.equal(shorten('Being recommended', 7), '…ecommended');
});

test('a legend that does not fit takes more lines, and the chart grows by them', () => {
  assert.equal(legendLines(CHART, 600), 1);
  assert.equal(legendLines(CHART, 100), 2);
  assert.ok(heightOf(CHART, 100) > heightOf(CHART, 600));
});

test('every bar keeps its number and the address of its list', () => {
  const { series } = barOptions(CHART, LOOK);

  assert.deepEqual(series.map(({ data }) => data[0]), [
    { value: 3, number: 3, href: '/a' },
    { value: 1, number: 1, href: '/a' }
  ]);
});

test('shares are parts of a hundred, and of nothing nothing', () => {
  const empty = { ...CHART, share: true, rows: [ '甲', '无' ], series: CHART.series.map(one => ({ ...one, data: [ one.data[0], { value: 0, href: '/' } ] })) };
  const { series } = barOptions(empty, LOOK);

  assert.deepEqual(series.map(({ data }) => data.map(({ value }) => value)), [ [ 75, 0 ], [ 25, 0 ] ]);
});

test('on paper the series have patterns, on a screen none', () => {
  assert.equal(barOptions(CHART, { ...LOOK, paper: true }).aria.decal.show, true);
  assert.equal(barOptions(CHART, LOOK).aria.decal.show, false);
});

test('a time line reaches from the first date to the last', () => {
  const chart = {
    title: '日期', due: '截止', rows: [ '申报' ], today: { name: '现在', at: '2024-03-15T09:00:00+08:00' },
    spans: [ { from: '2024-03-14T09:00:00+08:00', to: '2024-03-15T09:00:00+08:00', due: '2024-03-26T00:00:00+08:00' } ]
  };
  const { xAxis, series } = dateOptions(chart, LOOK);

  assert.ok(xAxis.min < Date.parse('2024-03-14T01:00:00Z'));
  assert.ok(xAxis.max > Date.parse('2024-03-25T16:00:00Z'));
  assert.equal(series[1].data.length, 1);
});
