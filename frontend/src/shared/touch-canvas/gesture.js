function centreOf(fingers) {
  return {
    x: fingers.reduce((sum, { x }) => sum + x, 0) / fingers.length,
    y: fingers.reduce((sum, { y }) => sum + y, 0) / fingers.length
  };
}

function spreadOf([ first, second ]) {
  return second ? Math.hypot(first.x - second.x, first.y - second.y) : 0;
}

/** How fingers moved together: by how much, and how much farther apart they are now. */
export function gesture(before, after) {
  const from = centreOf(before);
  const centre = centreOf(after);
  const spread = spreadOf(before);

  return { dx: centre.x - from.x, dy: centre.y - from.y, factor: spread ? spreadOf(after) / spread : 1, centre };
}
