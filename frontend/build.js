// Builds every bundle into service/web/static/dist: `node build.js [--watch]`.
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

import * as esbuild from 'esbuild';
import * as sass from 'sass';

import { FORM_TEXTS } from './src/form/texts.js';
import { buildSprite, readIconNames } from './tools/icons.js';
import { localise } from './tools/localise.js';

const here = path.dirname(fileURLToPath(import.meta.url));
const out = process.env.XUANSHU_DIST ?? path.join(here, '../service/web/static/dist');

const BUNDLES = [ 'app', 'modeler', 'viewer', 'form', 'charts', 'tables' ];

/** Lets an entry point import .scss; packages resolve from node_modules. */
const scss = {
  name: 'scss',
  setup(build) {
    build.onLoad({ filter: /\.scss$/ }, ({ path: file }) => {
      const { css, loadedUrls } = sass.compile(file, {
        loadPaths: [ path.join(here, 'node_modules') ],
        quietDeps: true,
        silenceDeprecations: [ 'import' ] // Tabler 1.4 is written with it
      });

      return {
        contents: css,
        loader: 'css',
        resolveDir: path.dirname(file),
        watchFiles: loadedUrls.map(url => fileURLToPath(url))
      };
    });
  }
};

const formTexts = localise(/form-js-viewer[\\/]dist[\\/]index\.es\.js$/, FORM_TEXTS);

// parts of the properties panel are not handed the translate service, and fall back on this function
const panelTexts = localise(
  /@bpmn-io[\\/]properties-panel[\\/]dist[\\/]index\.esm\.js$/,
  [ [
    'function translateFallback(template, replacements) {',
    'function translateFallback(template, replacements) { return translateHere(template, replacements);'
  ] ],
  `import { translate as translateHere } from ${JSON.stringify(path.join(here, 'src/modeler/features/translate/translate.js'))};\n`
);

async function writeSprite() {
  const names = await readIconNames(path.join(here, 'icons.txt'));
  const sprite = await buildSprite(names, path.join(here, 'node_modules/@tabler/icons/icons'));

  await writeFile(path.join(out, 'icons.svg'), sprite);
}

async function existing(bundles) {
  const found = await Promise.all(bundles.map(async name => {
    const file = path.join(here, 'src', name, 'index.js');

    return readFile(file).then(() => [ name, file ], () => null);
  }));

  return Object.fromEntries(found.filter(Boolean));
}

const options = {
  entryPoints: await existing(BUNDLES),
  outdir: out,
  bundle: true,
  minify: true,
  format: 'iife',
  target: [ 'chrome111', 'firefox115', 'safari16.4' ],
  // every browser we build for reads woff2; the other font formats are dropped
  loader: { '.woff2': 'dataurl', '.woff': 'empty', '.ttf': 'empty', '.eot': 'empty', '.svg': 'empty' },
  jsx: 'automatic',
  jsxImportSource: '@bpmn-io/properties-panel/preact',
  legalComments: 'linked',
  logLevel: 'info',
  plugins: [ scss, formTexts, panelTexts ]
};

await mkdir(out, { recursive: true });
await writeSprite();

if (process.argv.includes('--watch')) {
  await (await esbuild.context(options)).watch();
} else {
  await esbuild.build(options);
  await compress();
}

/** Writes a .gz beside every file a browser loads: the service sends it where it is accepted. */
async function compress() {
  const names = (await readdir(out)).filter(name => /\.(js|css|svg)$/.test(name));

  await Promise.all(names.map(async name => {
    const file = path.join(out, name);
    await writeFile(`${file}.gz`, gzipSync(await readFile(file), { level: 9 }));
  }));
}
