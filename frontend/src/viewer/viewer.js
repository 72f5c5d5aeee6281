import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';

import translate from '../modeler/features/translate/index.js';
import { fetchDiagram } from '../shared/diagram.js';
import { element, icon, jsonAttribute } from '../shared/dom.js';
import touchCanvas from '../shared/touch-canvas/index.js';
import progress from './progress/index.js';

function controls(viewer) {
  const step = delta => viewer.get('zoomScroll').stepZoom(delta);
  const button = (label, symbol, onclick) => element(
    'button', { type: 'button', class: 'btn btn-icon', 'aria-label': label, title: label, onclick }, icon(symbol)
  );

  return element(
    'div', { class: 'viewer-controls', role: 'toolbar', 'aria-label': '流程图缩放' },
    button('放大', 'zoom-in', () => step(1)),
    button('缩小', 'zoom-out', () => step(-1)),
    button('回到当前步骤', 'flag', () => viewer.get('progress').showActive()),
    button('查看全图', 'maximize', () => viewer.get('progress').showAll())
  );
}

/**
 * A wheel over the diagram scrolls the page until the diagram has been clicked: on a page of other
 * things a diagram that swallows the wheel is a trap.
 */
function lendWheel(container) {
  container.addEventListener('wheel', event => {
    if (!container.matches(':focus-within') && !event.ctrlKey && !event.metaKey) {
      event.stopPropagation();
    }
  }, { capture: true });
}

/** `<div data-bpmn-viewer>`: see the page contract in frontend/README.md. */
export default async function startViewer(container) {
  const { diagramUrl, focus } = container.dataset;
  const canvas = element('div', { class: 'viewer-canvas', role: 'img', 'aria-label': '流程图与当前进度' });
  const viewer = new NavigatedViewer({
    container: container.appendChild(canvas),
    additionalModules: [ translate, touchCanvas, progress ]
  });

  container.xuanshuViewer = viewer; // for tests and for a look from the console
  lendWheel(container);

  try {
    await viewer.importXML(await fetchDiagram(diagramUrl));
  } catch (error) {
    canvas.remove();
    container.append(element('p', { class: 'viewer-failed', role: 'alert' }, `流程图无法显示：${error.message}`));

    return;
  }

  viewer.get('progress').show({
    active: jsonAttribute(container, 'active', []),
    done: jsonAttribute(container, 'done', []),
    focus
  });
  container.append(controls(viewer));

  // a diagram in a closed tab has no size to fit until the tab opens
  new ResizeObserver(() => viewer.get('progress').refit()).observe(container);
}
