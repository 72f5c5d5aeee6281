import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const packages = fileURLToPath(new URL('../../node_modules/', import.meta.url));

const CALL = /\btranslate\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g;

function callsIn(source) {
  return [ ...source.matchAll(CALL) ].map(match => (match[1] ?? match[2]).replace(/\\'/g, '\''));
}

/** Every text that the .js files under a package's folder give to translate(). */
export async function textsIn(folder) {
  const files = await readdir(path.join(packages, folder), { recursive: true });
  const sources = await Promise.all(
    files.filter(file => file.endsWith('.js')).map(file => readFile(path.join(packages, folder, file), 'utf8'))
  );

  return new Set(sources.flatMap(callsIn));
}

/** The same for one file, up to the line where `end` first occurs. */
export async function textsInFile(file, end) {
  const source = await readFile(path.join(packages, file), 'utf8');

  return new Set(callsIn(end ? source.slice(0, source.indexOf(end)) : source));
}
