import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css';
import '@bpmn-io/properties-panel/dist/assets/properties-panel.css';
import 'diagram-js-minimap/assets/diagram-js-minimap.css';

import './modeler.css';

import ModelerPage from './page/ModelerPage.js';

const root = document.getElementById('modeler');

if (root) {
  const page = new ModelerPage(root);

  // for tests and for a look from the console
  window.xuanshuModeler = page.modeler;
  page.start();
}
