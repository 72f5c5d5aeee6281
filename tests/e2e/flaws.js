// What is wrong with how a page looks and reads: controls without a name or label, texts below WCAG 2.1's contrast
// (1.4.3: 4.5, large 3), text that runs over its button, off the page or over other text, ids given twice, buttons that
// touch, on a phone what is too small for a thumb, and on a desk words in a table's cell or a button that are broken in two.
() => {
  const found = { unnamed: [], unlabelled: [], faint: [], clipped: [], outside: [], overlapping: [], twice: [], crowded: [], small: [], squeezed: [] };
  const ours = el => !el.closest('svg, .djs-container, .bjs-container');

  const shown = el => {
    const { width, height } = el.getBoundingClientRect();
    const style = getComputedStyle(el);

    return width > 1 && height > 1 && style.visibility !== 'hidden' && style.opacity > 0.1
      && !el.closest('.visually-hidden, .skip-link, [aria-hidden=true], details:not([open]) > :not(summary)');
  };

  const say = el => `${el.tagName.toLowerCase()}${el.id && `#${el.id}`} “${(el.textContent || el.name || '').trim().slice(0, 24)}”`;
  const all = selector => [ ...document.querySelectorAll(selector) ].filter(el => ours(el) && shown(el));

  const texts = () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const nodes = [];

    while (walker.nextNode()) {
      const el = walker.currentNode.parentElement;

      if (walker.currentNode.textContent.trim() && !el.closest('script, style, noscript, select') && ours(el) && shown(el)) {
        nodes.push(walker.currentNode);
      }
    }

    return nodes;
  };

  // names and labels
  const named = id => document.getElementById(id)?.textContent ?? '';
  const nameOf = el => el.getAttribute('aria-label') || (el.getAttribute('aria-labelledby') ?? '').split(' ').map(named).join('')
    || el.textContent.trim() || el.title;

  all('button, a[href], summary').filter(el => !nameOf(el)).forEach(el => found.unnamed.push(say(el)));
  all('input:not([type=hidden]), select, textarea')
    .filter(el => !(el.labels?.length || el.getAttribute('aria-label') || el.getAttribute('aria-labelledby')))
    .forEach(el => found.unlabelled.push(say(el)));

  const ids = [ ...document.querySelectorAll('[id]') ].filter(ours).map(({ id }) => id);

  found.twice = ids.filter((id, place) => ids.indexOf(id) !== place);

  // contrast
  const pixel = Object.assign(document.createElement('canvas'), { width: 1, height: 1 })
    .getContext('2d', { willReadFrequently: true });

  const colour = css => {
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = css;
    pixel.fillRect(0, 0, 1, 1);
    const [ red, green, blue, alpha ] = pixel.getImageData(0, 0, 1, 1).data;

    return { channels: [ red, green, blue ], alpha: alpha / 255 };
  };

  const lay = ({ channels, alpha }, below) => channels.map((value, i) => value * alpha + below[i] * (1 - alpha));

  const luminance = channels => {
    const [ red, green, blue ] = channels.map(value => value / 255)
      .map(value => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };

  const ancestors = el => el ? [ el, ...ancestors(el.parentElement) ] : [];

  const behind = el => {
    const layers = ancestors(el).map(each => colour(getComputedStyle(each).backgroundColor));
    const solid = layers.findIndex(({ alpha }) => alpha === 1);

    return layers.slice(0, solid < 0 ? undefined : solid + 1).reverse().reduce((below, layer) => lay(layer, below), [ 255, 255, 255 ]);
  };

  texts().forEach(node => {
    const el = node.parentElement;

    if (el.closest(':disabled, .disabled')) {
      return;
    }

    const { color, fontSize, fontWeight } = getComputedStyle(el);
    const ground = behind(el);
    const opacity = ancestors(el).reduce((product, each) => product * getComputedStyle(each).opacity, 1);
    const { channels, alpha } = colour(color);
    const [ dark, light ] = [ luminance(lay({ channels, alpha: alpha * opacity }, ground)), luminance(ground) ].sort((a, b) => a - b);
    const large = parseFloat(fontSize) >= 24 || (parseFloat(fontSize) >= 18.66 && fontWeight >= 700);

    if ((light + 0.05) / (dark + 0.05) < (large ? 3 : 4.5)) {
      found.faint.push(`${((light + 0.05) / (dark + 0.05)).toFixed(2)} ${say(el)}`);
    }
  });

  // places
  const scrolls = el => ancestors(el.parentElement).some(each => [ 'auto', 'scroll', 'hidden' ].includes(getComputedStyle(each).overflowX));

  all('.btn, .badge, button, .nav-link, summary')
    .filter(el => getComputedStyle(el).display !== 'inline' && el.scrollWidth > el.clientWidth + 1)
    .forEach(el => found.clipped.push(say(el)));
  all('body *')
    .filter(el => el.getBoundingClientRect().right > innerWidth + 1 && !scrolls(el))
    .forEach(el => found.outside.push(say(el)));

  const box = el => el.getBoundingClientRect();
  const beside = (one, other) => box(other).left - box(one).right;
  const below = (one, other) => box(other).top - box(one).bottom;

  all('.btn').filter(el => !el.closest('.input-group, .btn-group')).forEach(el => {
    const next = el.nextElementSibling;

    if (next?.matches('.btn') && shown(next) && Math.max(beside(el, next), below(el, next)) < 6) {
      found.crowded.push(`${say(el)} ${say(next)}`);
    }
  });

  // links within a sentence are as high as its line; a box that is ticked is as large as its label
  if (innerWidth < 576) {
    all('button, .btn, .nav-link, summary, a.list-group-item, .page-pretitle[href], input:not([type=hidden], [type=checkbox], [type=radio]), select, label:has(input)')
      .filter(el => !el.closest('.fjs-container, .bio-properties-panel, .djs-parent') && box(el).height < 39.5)
      .forEach(el => found.small.push(`${Math.round(box(el).height)} ${say(el)}`));
  }

  // a word, a date or a number in a cell of a table that lays its columns out itself
  if (innerWidth >= 768) {
    texts().filter(node => node.parentElement.closest('.table td, .table th, .btn, .badge')).forEach(node => {
      const words = node.textContent.trim();
      const range = document.createRange();

      range.selectNodeContents(node);
      const lines = new Set([ ...range.getClientRects() ].map(({ bottom }) => Math.round(bottom)));

      if (words.length <= 8 && lines.size > 1) {
        found.squeezed.push(say(node.parentElement));
      }
    });
  }

  const boxes = texts().filter(({ parentElement: el }) => !el.closest('.task-actions')).flatMap(node => {
    const range = document.createRange();

    range.selectNodeContents(node);

    return [ ...range.getClientRects() ].map(rect => ({ rect, node }));
  });

  boxes.forEach((one, place) => boxes.slice(place + 1, place + 60).forEach(other => {
    const wide = Math.min(one.rect.right, other.rect.right) - Math.max(one.rect.left, other.rect.left);
    const high = Math.min(one.rect.bottom, other.rect.bottom) - Math.max(one.rect.top, other.rect.top);

    if (one.node !== other.node && wide > 3 && high > 6) {
      found.overlapping.push(`“${one.node.textContent.trim().slice(0, 20)}” “${other.node.textContent.trim().slice(0, 20)}”`);
    }
  }));

  return Object.fromEntries(Object.entries(found).filter(([ , flaws ]) => flaws.length).map(([ kind, flaws ]) => [ kind, [ ...new Set(flaws) ].slice(0, 9) ]));
}
