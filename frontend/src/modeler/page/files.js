import { element } from '../../shared/dom.js';

/** Hands text to the user as a file. */
export function download(name, type, text) {
  const url = URL.createObjectURL(new Blob([ text ], { type }));

  element('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** Lets the user choose a local diagram; resolves to its text, or to null if none was chosen. */
export function chooseFile(accept) {
  return new Promise(resolve => {
    const input = element('input', { type: 'file', accept });

    input.addEventListener('change', async () => resolve(input.files.length ? await input.files[0].text() : null));
    input.addEventListener('cancel', () => resolve(null));
    input.click();
  });
}
