import './charts.css';

import * as echarts from 'echarts/core';
import { BarChart, CustomChart, ScatterChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';

import { jsonAttribute } from '../shared/dom.js';
import { barOptions, dateOptions, heightOf } from './options.js';
import { refresh } from './live.js';

echarts.use([
  BarChart, CustomChart, ScatterChart, SVGRenderer,
  AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent
]);

/** Width of a chart on A4 paper, in CSS pixels: the screen's may be cut off. */
const PAPER = 660;

function draw(node) {
  const chart = jsonAttribute(node, 'chart', null);

  if (!chart || echarts.getInstanceByDom(node)) {
    return;
  }

  node.style.height = `${heightOf(chart, node.clientWidth)}px`;
  const drawn = echarts.init(node, null, { renderer: 'svg', locale: document.documentElement.lang.startsWith('zh') ? 'ZH' : 'EN' });

  const font = getComputedStyle(node).fontFamily;
  const show = paper => {
    const look = { width: paper ? PAPER : node.clientWidth, font, paper };
    drawn.setOption(chart.kind === 'dates' ? dateOptions(chart, look) : barOptions(chart, look), true);
  };
  const print = paper => {
    drawn.resize({ width: paper ? PAPER : 'auto' });
    show(paper);
    drawn.getZr().flush(); // the paper is drawn before the next frame
  };

  show(false);
  drawn.on('click', ({ data }) => {
    if (data?.href && data.number) {
      window.location.assign(data.href);
    }
  });

  let width = node.clientWidth;

  // drawn anew under a finger, a bar would not be clicked
  new ResizeObserver(() => {
    if (node.clientWidth === width) {
      return;
    }

    width = node.clientWidth;
    node.style.height = `${heightOf(chart, width)}px`;
    drawn.resize();
    show(false);
  }).observe(node);

  window.addEventListener('beforeprint', () => print(true));
  window.addEventListener('afterprint', () => print(false));
}

function drawAll(root) {
  root.querySelectorAll('[data-chart]').forEach(draw);
}

drawAll(document);
document.querySelectorAll('[data-live]').forEach(node => refresh(node, drawAll));
