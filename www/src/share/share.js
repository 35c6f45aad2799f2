// An answer in a link. It stands behind the `#`, which browsers never send, as
//
//   #v1.<base64url of deflate-raw of JSON>
//
// By default it carries values and extracted facts, and each field is named here: what is not named does
// not travel. Texts travel only when the reader chose so, after they were redacted.

/** @typedef {import('../types.js').Report} Report */
/** @typedef {import('../types.js').Assumptions} Assumptions */

/**
 * What a link holds: an answer without its texts, or texts to analyse.
 *
 * @typedef {object} Shared
 * @property {Report} [report]
 * @property {{ name: string, text: string }[]} [documents]
 * @property {Assumptions} [assumptions]
 */

/** A link that another version of this page made. */
export class OtherVersion extends Error {}

const VERSION = 'v1';
/** The shortest one has more letters. An anchor of the page around, such as `#v1.2-notes`, is none of ours. */
const SHORTEST_LINK = 40;
/** Mail and chat cut longer ones. */
export const LONGEST_LINK = 16_000;
/** A link is not trusted: it may unpack to no more. */
const LARGEST = 1 << 20;

/**
 * The allowlist. A leaf names its type; a list has one shape for all it holds. `words` are sentences of
 * the engine, in which hosts are replaced.
 */
const FACTS = {
  schemaVersion: 'number',
  verdict: {
    severity: 'id',
    headline: 'words',
    finding: 'id',
    timing: 'id',
    why: 'words',
    gain: ['words'],
    pay: ['words'],
    willNotCure: ['words'],
  },
  settings: [{ parameter: 'id', value: 'number', raw: 'value', provenance: 'id', effective: 'flag' }],
  findings: [
    {
      id: 'id',
      severity: 'id',
      confidence: 'id',
      title: 'words',
      what: 'words',
      why: 'words',
      whatToDo: 'words',
      count: 'number',
      parameters: ['id'],
    },
  ],
  measures: [{ id: 'id', low: 'number', high: 'number', unit: 'id', samples: 'number' }],
  recommendations: [recommendation()],
  kept: [recommendation()],
  model: {
    assumptions: [{ id: 'id', label: 'words', value: 'words', from: 'words' }],
    points: [point()],
    now: point(),
    proposed: point(),
    article: point(),
  },
  // Without its commands: whoever made a link would choose what its reader runs.
  measureNext: [{ text: 'words', effect: 'words' }],
  notFound: ['words'],
  limits: ['words'],
};

function recommendation() {
  return {
    parameter: 'id',
    unit: 'id',
    current: { value: 'number', text: 'value', provenance: 'id' },
    proposed: 'number',
    proposedText: 'value',
    direction: 'id',
    because: [{ text: 'words', basis: 'id', side: 'id', value: 'number' }],
    neighbours: ['words'],
    cost: 'words',
    confidence: 'id',
    findings: ['id'],
  };
}

function point() {
  const range = { low: 'number', high: 'number' };
  return {
    heartbeat: 'number',
    election: 'number',
    needlessElectionsPerDay: range,
    lossPerStall: range,
    failoverP50: 'number',
    failoverP99: 'number',
  };
}

/** What a report needs besides, to be drawn. */
const EMPTY = {
  documents: [],
  replay: null,
  patches: [],
  alternatives: [],
  rollout: [],
  questions: [],
  timeline: null,
};

/**
 * What a link without texts carries.
 *
 * @param {Report} report
 * @param {(text: string) => string} clean takes names out of a sentence
 */
export function factsOf(report, clean) {
  return { report: /** @type {any} */ (allowed(report, FACTS, clean)) };
}

/**
 * The part of a value that the allowlist names, or undefined where it has another shape.
 *
 * @param {any} value
 * @param {any} shape
 * @param {(text: string) => string} clean
 * @returns {any}
 */
function allowed(value, shape, clean) {
  if (shape === 'number') return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  if (shape === 'flag') return typeof value === 'boolean' ? value : undefined;
  if (shape === 'id') return typeof value === 'string' && /^[\w.-]{1,60}$/.test(value) ? value : undefined;
  // A value of the five keys is a number with a unit; anything else was never a value.
  if (shape === 'value')
    return typeof value === 'string' && /^[\w\s.:{}"'-]{0,40}$/.test(value) ? clean(value) : undefined;
  if (shape === 'words') return typeof value === 'string' && value.length <= 2000 ? clean(value) : undefined;
  if (Array.isArray(shape))
    return Array.isArray(value) ? value.slice(0, 200).flatMap((each) => allowed(each, shape[0], clean) ?? []) : [];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.fromEntries(
    Object.entries(shape).flatMap(([key, part]) => {
      const kept = allowed(value[key], part, clean);
      return kept === undefined ? [] : [[key, kept]];
    }),
  );
}

/** @param {Shared} shared @returns {Promise<string>} the fragment */
export async function toLink(shared) {
  const bytes = await through(new TextEncoder().encode(JSON.stringify(shared)), new CompressionStream('deflate-raw'));
  let letters = '';
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return `#${VERSION}.${btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}

/**
 * Reads a fragment. Undefined where it is none of ours; an exception where it is damaged.
 *
 * @param {string} fragment
 * @returns {Promise<Shared | undefined>}
 */
export async function openLink(fragment) {
  // What follows the last letter was beside the link in a sentence: a bracket, a full stop, a blank.
  const parts = /^#(v\d+)\.([\w-]+)/.exec(fragment);
  if (!parts || parts[2].length < SHORTEST_LINK) return undefined;
  if (parts[1] !== VERSION) throw new OtherVersion();
  const letters = atob(parts[2].replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  const json = new TextDecoder().decode(await through(bytes, new DecompressionStream('deflate-raw')));
  const { report, documents, assumptions } = JSON.parse(json);
  if (Array.isArray(documents)) {
    const texts = documents.map(({ name, text }) => ({ name: String(name ?? ''), text: String(text ?? '') }));
    return { documents: texts, assumptions: allowedAssumptions(assumptions) };
  }
  const kept = allowed(report, FACTS, (text) => text);
  if (typeof kept?.verdict?.headline !== 'string') throw new Error('no answer in the link');
  for (const row of [...kept.recommendations, ...kept.kept])
    if (!row.parameter || !row.current || !row.proposedText) throw new Error('half a value in the link');
  kept.measureNext = kept.measureNext.flatMap((/** @type {any} */ { text, effect = '' }) =>
    text ? { text, effect, commands: [] } : [],
  );
  for (const finding of kept.findings) Object.assign(finding, { evidence: [], references: [] });
  return { report: { ...EMPTY, ...kept, model: whole(kept.model) } };
}

/** A curve with holes is none. @param {any} model */
function whole(model) {
  const fine = (/** @type {any} */ each) => each?.lossPerStall && each.failoverP99 !== undefined;
  if (!model?.points?.every(fine)) return null;
  const { now, proposed, article } = model;
  // A rate that nothing was known about is null, which the allowlist drops.
  for (const each of [...model.points, now, proposed, article]) if (each) each.needlessElectionsPerDay ??= null;
  return {
    ...model,
    now: fine(now) ? now : null,
    proposed: fine(proposed) ? proposed : null,
    article: fine(article) ? article : null,
  };
}

/** @param {unknown} given @returns {Assumptions} */
function allowedAssumptions(given) {
  const numbers = ['members', 'peerRttMs', 'failoverBudgetMs', 'stallMs', 'machines', 'units'];
  const shape = Object.fromEntries([
    ...numbers.map((id) => [id, 'number']),
    ['etcdVersion', 'id'],
    ['fleetVersion', 'id'],
  ]);
  return allowed(given, shape, (text) => text) ?? {};
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {CompressionStream | DecompressionStream} stream
 */
async function through(bytes, stream) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const pieces = [];
  let size = 0;
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    size += step.value.byteLength;
    if (size > LARGEST) throw new Error('too large');
    pieces.push(step.value);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
