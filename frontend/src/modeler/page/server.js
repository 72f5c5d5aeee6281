import { post } from '../../shared/post.js';

/** Posts a diagram for checking, saving or publishing. */
export function postDiagram(url, xml, csrf) {
  return post(url, xml, { 'Content-Type': 'text/xml; charset=utf-8', ...csrf ? { 'X-CSRFToken': csrf } : {} });
}
