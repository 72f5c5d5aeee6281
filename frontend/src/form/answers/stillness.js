import { options } from 'preact';

const LONGEST = 2000; // a press let go outside the page never tells

/**
 * Keeps the form as it is drawn while a mouse button or a finger is down. Pressing elsewhere leaves
 * the field one was in, and what is then said under it would move the box one is aiming at away
 * between press and release: no click comes of that, and the tick is lost.
 */
export default function keepStillWhilePressed(page = document) {
  const inOrder = options.debounceRendering ?? queueMicrotask;
  let waiting = null;
  let limit;

  const release = () => {
    const renders = waiting ?? [];

    waiting = null;
    clearTimeout(limit);
    renders.forEach(inOrder);
  };

  // the click follows upon the release, and has to find what was pressed
  const releaseSoon = () => setTimeout(release);

  page.addEventListener('mousedown', () => {
    waiting ??= [];
    clearTimeout(limit);
    limit = setTimeout(release, LONGEST);
  }, true);
  [ 'mouseup', 'dragend' ].forEach(event => page.addEventListener(event, releaseSoon, true));

  options.debounceRendering = render => waiting ? waiting.push(render) : inOrder(render);
}
