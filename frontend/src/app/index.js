import htmx from 'htmx.org/dist/htmx.esm.js';

// each registers its own data-bs-toggle / data-bs-dismiss handlers
import 'bootstrap/js/src/alert.js';
import 'bootstrap/js/src/collapse.js';
import 'bootstrap/js/src/dropdown.js';
import 'bootstrap/js/src/modal.js';
import 'bootstrap/js/src/offcanvas.js';
import 'bootstrap/js/src/tab.js';

import './tabler.scss';
import './theme.css';

import alerts from './alerts/index.js';
import autosave from './autosave/index.js';
import confirm from './confirm/index.js';
import csrf from './csrf/index.js';
import keyboard from './keyboard/index.js';
import network from './network/index.js';
import printing from './printing/index.js';
import submitting from './submitting/index.js';

// nothing in a page may be evaluated, and nothing may need an inline style
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0; // pages hold personal data: keep none in the browser's storage

window.htmx = htmx;

const features = [ csrf, network, confirm, submitting, autosave, alerts, keyboard, printing ];

features.forEach(start => start(document));
