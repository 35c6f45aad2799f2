// Lines with a key, counted by the crate `aho-corasick` in WebAssembly: what the engine is held against.
import { readFileSync } from 'node:fs';

/** @typedef {{ memory: WebAssembly.Memory, room: (length: number) => number, prepare: () => void, count: () => number }} Automaton */

/**
 * A function that takes a piece of text and counts its lines with a key; `null` where it was not built.
 * @param {URL} wasm
 * @param {string} keys one a line
 * @returns {Promise<((bytes: Uint8Array) => number) | null>}
 */
export async function automaton(wasm, keys) {
  let bytes;
  try {
    bytes = readFileSync(wasm);
  } catch {
    return null;
  }
  const { instance } = await WebAssembly.instantiate(bytes);
  const exports = /** @type {Automaton} */ (/** @type {unknown} */ (instance.exports));
  const give = (/** @type {Uint8Array} */ input) => {
    const at = exports.room(input.length);
    new Uint8Array(exports.memory.buffer, at, input.length).set(input);
  };
  give(new TextEncoder().encode(keys));
  exports.prepare();
  return (piece) => {
    give(piece);
    return exports.count();
  };
}
