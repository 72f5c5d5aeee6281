import { SESSION_ENDED, errorSentence, sessionEnded } from './sentences.js';

/** The diagram as text; throws with a sentence where it cannot be had. */
export async function fetchDiagram(url) {
  const response = await fetch(url, { headers: { Accept: 'application/xml, text/xml' } });

  if (sessionEnded(response)) {
    throw new Error(SESSION_ENDED);
  }

  if (!response.ok) {
    throw new Error(errorSentence(response.status, '', ''));
  }

  return response.text();
}
