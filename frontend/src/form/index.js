import '@bpmn-io/form-js-viewer/dist/assets/form-js.css';

import './form.css';

import startForm from './answers/index.js';
import keepStillWhilePressed from './answers/stillness.js';
import startUpload from './upload/index.js';

keepStillWhilePressed();
document.querySelectorAll('[data-upload]').forEach(startUpload);
document.querySelectorAll('[data-form]').forEach(startForm);
