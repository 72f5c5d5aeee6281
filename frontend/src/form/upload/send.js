import { writeHeaders } from '../../shared/csrf.js';
import { SESSION_ENDED, errorSentence, sessionEnded } from '../../shared/sentences.js';

/** Sends one file; resolves to what the server made of it, or rejects with a sentence. */
export function sendFile(url, slot, file, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch tells nothing about the progress of an upload
    const body = new FormData();

    body.append('slot', slot);
    body.append('file', file);

    request.open('POST', url);
    Object.entries(writeHeaders({ Accept: 'application/json' }))
      .forEach(([ name, value ]) => request.setRequestHeader(name, value));
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(loaded / total));
    request.addEventListener('error', () => reject(new Error('网络中断，上传失败，请重试。')));
    request.addEventListener('load', () => {
      const { status, responseText } = request;
      const contentType = request.getResponseHeader('Content-Type') ?? '';

      if (status >= 200 && status < 300 && contentType.includes('json')) {
        resolve(JSON.parse(responseText));
      } else {
        reject(new Error(status < 300 ? SESSION_ENDED : errorSentence(status, responseText, contentType)));
      }
    });
    request.send(body);
  });
}

/** Deletes a file; rejects with a sentence. A file that is gone already counts as deleted. */
export async function deleteFile(url) {
  let response;

  try {
    response = await fetch(url, { method: 'DELETE', headers: writeHeaders({ Accept: 'application/json' }) });
  } catch {
    throw new Error('网络中断，删除失败，请重试。');
  }

  if (sessionEnded(response)) {
    throw new Error(SESSION_ENDED);
  }

  if (!response.ok && response.status !== 404) {
    throw new Error(errorSentence(response.status, await response.text(), response.headers.get('Content-Type') ?? ''));
  }
}
