// as wide as the palette with its margins: two columns, on a telephone one
const PALETTE = 120;
const NARROW_PALETTE = 64;
const MARGIN = 16;

/** The part of the diagram to show so that all of it is in view and none lies under the palette. */
export function viewboxFor({ inner, outer }) {
  const left = outer.width > 500 ? PALETTE : NARROW_PALETTE;
  const scale = Math.min(
    (outer.width - left - MARGIN) / inner.width, (outer.height - 2 * MARGIN) / inner.height, 1
  );
  const width = outer.width / scale;
  const height = outer.height / scale;

  return { x: inner.x - left / scale, y: inner.y - (height - inner.height) / 2, width, height };
}

/** Brings the whole diagram into view; an empty one is left as it is. */
export function fitViewport(canvas) {
  const viewbox = canvas.viewbox(false); // measured now: what it remembers may be older than the last undo

  if (viewbox.inner.width && viewbox.inner.height && viewbox.outer.width) {
    canvas.viewbox(viewboxFor(viewbox));
  }
}
