import TouchCanvas from './TouchCanvas.js';

export default {
  __init__: [ 'touchCanvas' ],
  touchCanvas: [ 'type', TouchCanvas ]
};
