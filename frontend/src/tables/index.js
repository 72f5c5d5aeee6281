import './tables.css';

import TableEditor from './TableEditor.js';

const root = document.getElementById('table-editor');

if (root) {
  new TableEditor(root).start();
}
