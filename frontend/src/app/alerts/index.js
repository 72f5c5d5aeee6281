const PATIENCE = 6000;

function dismissLater(root) {
  root.querySelectorAll('.alert[data-autodismiss]').forEach(alert => {
    const seconds = Number(alert.dataset.autodismiss);

    setTimeout(() => alert.remove(), seconds ? seconds * 1000 : PATIENCE);
  });
}

/** `.alert[data-autodismiss]` (or `="10"`, seconds) goes by itself; errors should not carry it. */
export default function alerts(document) {
  dismissLater(document);
  document.addEventListener('htmx:load', ({ target }) => dismissLater(target));
}
