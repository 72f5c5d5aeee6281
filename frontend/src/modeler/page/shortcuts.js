/** Ctrl+S, Ctrl+9 and F8, wherever the focus is; bpmn-js has its own keys while the canvas has it. */
export function bindShortcuts({ save, fit, check }) {
  const byKey = { 'ctrl+s': save, 'ctrl+9': fit, 'f8': check };

  document.addEventListener('keydown', event => {
    const run = byKey[(event.ctrlKey || event.metaKey ? 'ctrl+' : '') + event.key.toLowerCase()];

    if (run) {
      event.preventDefault();
      run();
    }
  });
}
