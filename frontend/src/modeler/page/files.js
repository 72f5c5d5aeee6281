import { element } from '../../shared/dom.js';

/** Hands text to the user as a file. */
export function download(name, type, text) {
  const url = URL.createObjectURL(new Blob([ text ], { type }));

  element('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

// what the server takes, see service/programmes/diagram/diagrams.py
const MOST_BYTES = 2_000_000;

/** The text of a diagram in the encoding it says it has; throws with a sentence where it is none. */
export function decode(bytes) {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 200));
  const declared = /^[^<]*<\?xml[^>]*\sencoding\s*=\s*["']([\w.-]+)/.exec(head)?.[1] ?? 'UTF-8';
  const encoding = { 'ÿþ': 'UTF-16LE', 'þÿ': 'UTF-16BE' }[head.slice(0, 2)] ?? declared;

  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`文件里的文字不是 ${encoding} 编码。请确认选的是 .bpmn 文件，或用建模器另存为 UTF-8 编码。`);
  }
}

/** The text of a file the user chose; throws with a sentence where it cannot be a diagram. */
export async function readFile(file) {
  if (file.size > MOST_BYTES) {
    throw new Error('文件超过 2 MB。请拆分流程，或删除图中嵌入的图片。');
  }

  return decode(new Uint8Array(await file.arrayBuffer()));
}

/** Lets the user choose a local file; resolves to it, or to null if none was chosen. */
export function chooseFile(accept) {
  return new Promise(resolve => {
    const input = element('input', { type: 'file', accept });

    input.addEventListener('change', () => resolve(input.files[0] ?? null));
    input.addEventListener('cancel', () => resolve(null));
    input.click();
  });
}
