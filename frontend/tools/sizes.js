// Prints what the browser receives for each bundle: `npm run sizes` after a build.
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../../service/web/static/dist', import.meta.url));

for (const name of (await readdir(dist)).filter(name => /\.(js|css|svg)$/.test(name))) {
  const content = await readFile(path.join(dist, name));
  const zipped = gzipSync(content, { level: 9 }).length;

  console.log(`${name.padEnd(16)}${(content.length / 1000).toFixed(1).padStart(9)} kB${(zipped / 1000).toFixed(1).padStart(9)} kB gzipped`);
}
