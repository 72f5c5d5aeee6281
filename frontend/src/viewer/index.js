import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';

import './viewer.css';

import startViewer from './viewer.js';

document.querySelectorAll('[data-bpmn-viewer]').forEach(startViewer);
