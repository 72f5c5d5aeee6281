import { writeHeaders } from '../../shared/csrf.js';
import { SESSION_ENDED, errorSentence, sessionEnded } from '../../shared/sentences.js';

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

/** Posts a diagram for checking, saving or publishing. Never throws: no network is an answer too. */
export async function postDiagram(url, xml, csrf) {
  try {
    return await answer(await fetch(url, {
      method: 'POST',
      headers: writeHeaders({
        'Content-Type': 'text/xml; charset=utf-8',
        'Accept': 'application/json',
        ...csrf ? { 'X-CSRFToken': csrf } : {}
      }),
      body: xml
    }));
  } catch {
    return { ok: false, status: 0, body: {}, sentence: '网络连接中断，请检查网络后重试。' };
  }
}
