import FeelNames from './FeelNames.js';

export default {
  variableResolver: [ 'type', FeelNames ]
};
