const MARGIN = 40;

/** The rectangle around all of them. */
export function boundsOf(shapes) {
  const x = Math.min(...shapes.map(shape => shape.x));
  const y = Math.min(...shapes.map(shape => shape.y));

  return {
    x,
    y,
    width: Math.max(...shapes.map(shape => shape.x + shape.width)) - x,
    height: Math.max(...shapes.map(shape => shape.y + shape.height)) - y
  };
}

/** The largest scale at which all of `bounds` fits a canvas of that size. */
export function scaleOf(bounds, size) {
  return Math.min(size.width / (bounds.width + 2 * MARGIN), size.height / (bounds.height + 2 * MARGIN));
}

/**
 * The part of the diagram that shows `bounds` in the middle of a canvas of that size, at a scale
 * between `least` (where not all of it fits, its middle does) and `most`.
 */
export function viewboxAround(bounds, size, { least, most }) {
  const scale = Math.min(most, Math.max(least, scaleOf(bounds, size)));
  const width = size.width / scale;
  const height = size.height / scale;

  return {
    x: bounds.x + bounds.width / 2 - width / 2,
    y: bounds.y + bounds.height / 2 - height / 2,
    width,
    height
  };
}
