import { readFile } from 'node:fs/promises';

/** `source` with every text replaced; throws at the first one that is not there. */
export function replaceTexts(source, texts) {
  return texts.reduce((result, [ from, to ]) => {
    if (!result.includes(from)) {
      throw new Error(`not found, so not translated: ${from}`);
    }

    return result.replaceAll(from, to);
  }, source);
}

/** An esbuild plugin: replaces texts in the code of a package, in the files that `filter` matches. */
export function localise(filter, texts, prelude = '') {
  return {
    name: 'localise',
    setup(build) {
      build.onLoad({ filter }, async ({ path }) => ({
        contents: prelude + replaceTexts(await readFile(path, 'utf8'), texts),
        loader: 'js'
      }));
    }
  };
}
