import ProblemMarkers from './ProblemMarkers.js';

export default {
  problemMarkers: [ 'type', ProblemMarkers ]
};
