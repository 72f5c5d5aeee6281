import Progress from './Progress.js';

export default {
  progress: [ 'type', Progress ]
};
