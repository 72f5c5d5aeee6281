import { writeHeaders } from './csrf.js';
import { SESSION_ENDED, errorSentence, sessionEnded } from './sentences.js';

/** What the server answered: `ok`, its JSON `body`, and for a refusal a sentence to show. */
async function answer(response) {
  if (sessionEnded(response)) {
    return { ok: false, status: 401, body: {}, sentence: SESSION_ENDED };
  }

  const text = await response.text();
  const contentType = response.headers.get('Content-Type') ?? '';
  const body = contentType.includes('json') && text ? JSON.parse(text) : {};

  return {
    ok: response.ok,
    status: response.status,
    body,
    sentence: response.ok ? '' : errorSentence(response.status, text, contentType)
  };
}

/** Posts and takes JSON for an answer. Never throws: no network is an answer too. */
export async function post(url, body, headers) {
  try {
    return await answer(await fetch(url, { method: 'POST', headers: writeHeaders({ 'Accept': 'application/json', ...headers }), body }));
  } catch {
    return { ok: false, status: 0, body: {}, sentence: '网络连接中断，请检查网络后重试。' };
  }
}
