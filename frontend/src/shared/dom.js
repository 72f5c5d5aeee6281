/** A DOM element: `element('li', { class: 'x', onclick: f }, 'text', child)`. Text is never read as HTML. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);

  for (const [ name, value ] of Object.entries(attributes)) {
    if (name.startsWith('on')) {
      node.addEventListener(name.slice(2), value);
    } else if (value === true) {
      node.setAttribute(name, '');
    } else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, value);
    }
  }

  node.append(...children.filter(child => child !== null && child !== undefined));

  return node;
}

/** An icon of the sprite, whose address the page gives as <body data-icons="...">. */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  const sprite = document.body.dataset.icons ?? '/static/dist/icons.svg';

  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  use.setAttribute('href', `${sprite}#${name}`);
  svg.append(use);

  return svg;
}

/** A data attribute holding JSON; `fallback` where it is absent or empty. */
export function jsonAttribute(node, name, fallback) {
  const text = node.getAttribute(`data-${name}`);

  return text ? JSON.parse(text) : fallback;
}

/** Calls `run` once `delay` ms have passed without another call; `.flush()` calls it now if one waits. */
export function debounce(run, delay) {
  let timer = null;

  const debounced = () => {
    clearTimeout(timer);
    timer = setTimeout(debounced.flush, delay);
  };

  debounced.flush = () => {
    if (timer !== null) {
      clearTimeout(timer);
      timer = null;
      run();
    }
  };

  debounced.cancel = () => {
    clearTimeout(timer);
    timer = null;
  };

  return debounced;
}

/** Wall-clock hh:mm, for "saved at". */
export function clockTime(date) {
  return `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
}
