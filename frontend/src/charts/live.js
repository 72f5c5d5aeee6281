const EVERY = 60_000;

/**
 * Keeps a part of the page as it stands now: `<section id="quotas" data-live="/rounds/1?live=1">` is
 * fetched again every minute while the page is looked at. The first answer that is not the page, such
 * as a session that ended, ends it quietly: the next click says so.
 */
export function refresh(node, drawn) {
  const timer = setInterval(async () => {
    if (document.hidden || node.contains(document.activeElement)) {
      return;
    }

    const response = await fetch(node.dataset.live, { redirect: 'error' }).catch(() => null);
    const text = response?.ok ? await response.text() : '';
    const fresh = new DOMParser().parseFromString(text, 'text/html').getElementById(node.id);

    if (!fresh) {
      clearInterval(timer);

      return;
    }

    node.replaceChildren(...fresh.childNodes);
    drawn(node);
  }, EVERY);
}
