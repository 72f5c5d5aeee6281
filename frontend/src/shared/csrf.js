/** The page's CSRF token, from <meta name="csrf-token">; empty where the page has none. */
export function csrfToken(root = document) {
  return root.querySelector('meta[name="csrf-token"]')?.content ?? '';
}

/** Headers every request of ours that writes must carry. */
export function writeHeaders(extra = {}) {
  return { 'X-CSRFToken': csrfToken(), 'X-Requested-With': 'fetch', ...extra };
}
