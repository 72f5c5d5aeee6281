import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Names in icons.txt: one a line, `#` starts a comment, `name:filled` takes the filled drawing. */
export async function readIconNames(file) {
  const text = await readFile(file, 'utf8');

  return text.split('\n').map(line => line.replace(/#.*/, '').trim()).filter(Boolean);
}

/** One <symbol> from one of Tabler's drawings. */
export function toSymbol(id, svg, filled) {
  const body = svg
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/^[\s\S]*?<svg[^>]*>/, '')
    .replace('</svg>', '')
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  const paint = filled
    ? 'fill="currentColor" stroke="none"'
    : 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';

  return `<symbol id="${id}" viewBox="0 0 24 24" ${paint}>${body}</symbol>`;
}

/** The whole sprite; a name Tabler does not have stops the build. */
export async function buildSprite(names, folder) {
  const symbols = await Promise.all(names.map(async entry => {
    const [ name, style = 'outline' ] = entry.split(':');
    const id = style === 'filled' ? `${name}-filled` : name;
    const svg = await readFile(path.join(folder, style, `${name}.svg`), 'utf8');

    return toSymbol(id, svg, style === 'filled');
  }));

  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>\n`;
}
