// Serves a folder on 127.0.0.1, for `./build.sh serve` and the browser tests.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.log': 'text/plain; charset=utf-8',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.yaml': 'text/plain; charset=utf-8',
};

/**
 * The file a request names, or nothing where there is none inside the folder.
 * @param {string} root
 * @param {string} url
 */
async function fileFor(root, url) {
  try {
    const path = resolve(join(root, decodeURIComponent(new URL(url, 'http://localhost').pathname)));
    if (path !== root && !path.startsWith(root + sep)) return undefined;
    const file = (await stat(path)).isDirectory() ? join(path, 'index.html') : path;
    return { file, size: (await stat(file)).size };
  } catch {
    return undefined;
  }
}

/**
 * Starts to serve. Takes the next free port where the wanted one is in use; port 0 takes any.
 * @param {string} folder
 * @param {number} port
 * @param {(url: string) => void} [asked] told of each request
 * @returns {Promise<{address: string, close: () => void}>}
 */
export async function serve(folder, port, asked) {
  const root = resolve(folder);
  const server = createServer(async (request, response) => {
    asked?.(request.url ?? '/');
    const found = await fileFor(root, request.url ?? '/');
    if (!found) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n');
      return;
    }
    response.writeHead(200, {
      'content-type': TYPES[extname(found.file)] ?? 'application/octet-stream',
      'content-length': found.size,
      'cache-control': 'no-store',
    });
    if (request.method === 'HEAD') response.end();
    else createReadStream(found.file).pipe(response);
  });
  const bound = await listen(server, port);
  return { address: `http://127.0.0.1:${bound}/`, close: () => server.close() };
}

/**
 * @param {import('node:http').Server} server
 * @param {number} port
 * @returns {Promise<number>}
 */
function listen(server, port) {
  return new Promise((done, failed) => {
    const tryPort = (/** @type {number} */ wanted) => {
      server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
        if (error.code === 'EADDRINUSE' && wanted < port + 20) tryPort(wanted + 1);
        else failed(error);
      });
      server.listen(wanted, '127.0.0.1', () => {
        const at = server.address();
        done(at && typeof at === 'object' ? at.port : wanted);
      });
    };
    tryPort(port);
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [folder = 'dist/site', port = '8080'] = process.argv.slice(2);
  const { address } = await serve(folder, Number(port));
  console.log(`Timing Advisor: ${address}  (stop with Ctrl-C)`);
}
