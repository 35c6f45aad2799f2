#!/usr/bin/env node
// timing-advisor check FILE...: the engine for servers without a browser, and for CI.
// Files are streamed, so their size does not matter; `-` reads standard input.
import { accessSync, constants, createReadStream, openAsBlob, readdirSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createGunzip } from 'node:zlib';

import { begins, filesIn, GZIP, JOURNAL } from './files.js';
import { tellingFirst, withBasis } from './tell.js';
import { rules, Session } from './timing-advisor.js';

/** @typedef {import('./timing-advisor.js').Report} Report */
/** @typedef {import('./timing-advisor.js').FindingReport} Finding */
/** @typedef {import('./timing-advisor.js').EvidenceReport} Evidence */

const USAGE = `usage: timing-advisor check [options] FILE...

Reads configurations and logs of etcd and fleet and prints what is wrong, why, and which timing
values follow from the evidence. A FILE may be packed (gzip), an archive (tar, also packed), or a
folder, which stands for all files below it; - is standard input. Nothing is sent anywhere.

  --format FORMAT           text (the default), json, or sarif for CI
  --members N               voting members of etcd
  --peer-rtt-ms N           round trip between members
  --failover-budget-ms N    longest failover that is acceptable after a leader really died
  --stall-ms N              longest stall of a leader that should be outlived
  --machines N              machines that run fleet
  --units N                 units in the whole cluster
  --etcd-version VERSION    such as 2.3.8
  --fleet-version VERSION   such as 0.11.8
  -h, --help                this text
  --version                 the version of this package

What is not stated is read from the texts or assumed, and the report says which.

exit status   0  nothing needs action
              1  something needs action: a finding is a warning or critical
              2  the call or a file is wrong, or too little was understood to say anything`;

const NUMBERS = ['members', 'peer-rtt-ms', 'failover-budget-ms', 'stall-ms', 'machines', 'units'];
const VERSIONS = ['etcd-version', 'fleet-version'];
const ACTION = new Set(['warning', 'critical']);
const SARIF_LEVEL = { critical: 'error', warning: 'warning', info: 'note', ok: 'none' };
const SHOWN_EVIDENCE = 3;
const LINE_END = 10;
/** So much is unpacked at once: it can become a thousand times as much. */
const PACKED = 64 * 1024;
const STANDARD_INPUT = 'standard input';
const JOURNAL_IS_NO_TEXT = 'This is a journal as systemd keeps it, which is no text.';

/** What the caller can put right: said in one sentence, without a stack. */
class Refused extends Error {}

/** `failover-budget-ms` is the assumption `failoverBudgetMs`. @param {string} option */
const camel = (option) => option.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());

// ---- the call -------------------------------------------------------------------------------

/** @param {string[]} words */
function parse(words) {
  const text = { type: /** @type {const} */ ('string') };
  const flag = { type: /** @type {const} */ ('boolean') };
  const options = {
    ...Object.fromEntries([...NUMBERS, ...VERSIONS].map((name) => [name, text])),
    format: { ...text, default: 'text' },
    help: { ...flag, short: 'h' },
    version: flag,
  };
  try {
    const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true });
    return { values: /** @type {Record<string, any>} */ (values), positionals };
  } catch (error) {
    // Node goes on with how to give a file such a name.
    throw new Refused(`${said(error).split('. ')[0]}.\nSee timing-advisor --help.`);
  }
}

/** @param {Record<string, string>} values */
function assumptions(values) {
  /** @type {Record<string, number | string>} */
  const stated = {};
  for (const name of NUMBERS) {
    if (values[name] === undefined) continue;
    const number = Number(values[name]);
    if (!(number > 0 && number < Infinity))
      throw new Refused(`--${name} takes a number above 0, not '${values[name]}'.`);
    stated[camel(name)] = number;
  }
  for (const name of VERSIONS) {
    if (values[name] === undefined) continue;
    if (!/^v?\d+(\.\d+)*/.test(values[name]))
      throw new Refused(`--${name} takes a version such as 2.3.8, not '${values[name]}'.`);
    stated[camel(name)] = values[name].replace(/^v/, '');
  }
  return stated;
}

// ---- reading --------------------------------------------------------------------------------

/**
 * The files that were named, and those below a folder. All are looked at before the first is read: a wrong name is told at
 * once.
 *
 * @param {string} named
 * @returns {{ file: string, chosen: boolean }[]} `chosen` by its own name
 */
function present(named) {
  if (named === '-') return [{ file: named, chosen: true }];
  try {
    if (!statSync(named).isDirectory()) return [{ file: named, chosen: true }];
    const below = filesBelow(named).map((file) => ({ file, chosen: false }));
    if (below.length > 0) return below;
  } catch (error) {
    throw new Refused(unreadable(named, error));
  }
  throw new Refused(`${named} is a folder without a file to read.`);
}

/**
 * As the page reads a dropped folder: without hidden files. Links to files are followed, as kubelet's folders hold them,
 * and links to folders are not, which may lead in a circle.
 *
 * @param {string} folder
 * @returns {string[]}
 */
function filesBelow(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !name.startsWith('.'));
  return entries
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const file = join(folder, entry.name);
      try {
        if (entry.isDirectory()) return filesBelow(file);
        if (!statSync(file).isFile()) return [];
        accessSync(file, constants.R_OK);
        return [file];
      } catch (error) {
        leftOut(unreadable(file, error));
        return [];
      }
    });
}

/** @param {string} why a sentence */
const leftOut = (why) => console.error(`${why} It was left out.`);

/** @param {string} file @param {any} error */
function unreadable(file, error) {
  const why = { ENOENT: 'there is no such file', EACCES: 'you may not read it' }[/** @type {string} */ (error?.code)];
  return `${file} cannot be read: ${why ?? said(error)}.`;
}

/** Who prints a journal knows it by its name, unless it came through a pipe. @param {string} file */
function journal(file) {
  const source = file === '-' ? '' : ` --file '${file.replaceAll("'", "'\\''")}'`;
  return (
    `${file === '-' ? STANDARD_INPUT : file}: ${JOURNAL_IS_NO_TEXT} ` +
    `Check what journalctl prints of it: journalctl${source} -o short-precise | timing-advisor check -`
  );
}

/**
 * A file, or each file of it where it is an archive, by its name and with its bytes, and whether it is the one that was
 * named. What comes through a pipe is read as it comes.
 *
 * @param {ReturnType<typeof present>[number]} given
 * @returns {AsyncGenerator<[string, AsyncIterable<any>, boolean]>}
 */
async function* within({ file, chosen }) {
  if (file === '-') return yield [STANDARD_INPUT, process.stdin, chosen];
  const whole = () => createReadStream(file, { highWaterMark: 1 << 20 });
  if (!statSync(file).isFile()) return yield [file, whole(), chosen];
  const named = new File([await openAsBlob(file)], file);
  for await (const part of filesIn(named)) {
    const name = part === named ? file : `${file}: ${part.name}`;
    const itself = part === named && chosen;
    if (!itself && (await begins(part)) === JOURNAL) leftOut(`${name}: ${JOURNAL_IS_NO_TEXT}`);
    else yield [name, part === named ? whole() : /** @type {any} */ (part.stream()), itself];
  }
}

/**
 * Bytes, unpacked where the first two say that they are packed: a rotated log may be so without saying it in its name.
 *
 * @param {string} file whose they are
 * @param {AsyncIterable<any>} stream
 * @param {boolean} chosen
 * @returns {AsyncGenerator<Uint8Array>}
 */
async function* contents(file, stream, chosen) {
  const bytes = stream[Symbol.asyncIterator]();
  const first = Buffer.from((await bytes.next()).value ?? []);
  if (first.toString('latin1', 0, JOURNAL.length) === JOURNAL) throw new Refused(journal(file));
  const all = (async function* () {
    yield first;
    yield* { [Symbol.asyncIterator]: () => bytes };
  })();
  const gzip = first.toString('latin1', 0, GZIP.length) === GZIP;
  yield* gzip ? unpacked(file, all, chosen) : all;
}

/**
 * As far as it goes: the lines before the place where a packed file breaks off are what they are.
 *
 * @param {string} file
 * @param {AsyncIterable<Uint8Array>} packed
 * @param {boolean} chosen one that was named and tells nothing is an error; another is left out
 * @returns {AsyncGenerator<Uint8Array>}
 */
async function* unpacked(file, packed, chosen) {
  const gunzip = createGunzip();
  /** @type {Uint8Array[]} */
  const out = [];
  let lines = false;
  // Taken as it comes: what waits in the stream when it breaks off would be lost.
  gunzip.on('data', (bytes) => out.push(bytes));
  // What it works at when it fails is never said to be done.
  const failed = new Promise((told) => gunzip.once('error', told));
  // What was packed may end before its file does: a tape or a disk leaves zeros behind it.
  const ended = new Promise((told) => gunzip.once('end', told));
  /** @param {(done: (error?: any) => void) => void} work */
  const after = async (work) => {
    const error = await Promise.race([failed, new Promise(work)]);
    lines ||= out.some((bytes) => bytes.includes(LINE_END));
    return error;
  };
  let error;
  for await (const bytes of packed) {
    for (let at = 0; at < bytes.length && !error; at += PACKED) {
      error = await after((done) => gunzip.write(bytes.subarray(at, at + PACKED), done));
      yield* out.splice(0);
    }
    if (error) break;
  }
  error ??= await after((done) => {
    ended.then(() => done());
    gunzip.end();
  });
  yield* out.splice(0);
  if (!error) return;
  if (lines) console.error(`${file} is cut off or damaged, and was read up to there. The rest may change the answer.`);
  else if (chosen) throw error;
  else leftOut(unreadable(file, error));
}

/** Long reading shows how far it is, where someone watches. */
function progress() {
  const { stderr } = process;
  let read = 0;
  let told = Date.now();
  return {
    /** @param {AsyncIterable<Uint8Array>} stream */
    async *through(stream) {
      for await (const bytes of stream) {
        read += bytes.length;
        if (stderr.isTTY && Date.now() - told > 500) {
          told = Date.now();
          stderr.write(`\r${(read / 1e6).toFixed(0)} MB read `);
        }
        yield bytes;
      }
    },
    done: () => stderr.isTTY && read > 0 && stderr.write('\r\u001b[K'),
  };
}

/** @param {ReturnType<typeof present>} files @param {Record<string, number | string>} assumptions */
async function reportOn(files, assumptions) {
  const session = await Session.start({ assumptions }).catch((error) => {
    throw error instanceof TypeError ? new Refused(error.message) : error;
  });
  const watched = progress();
  for (const given of files) {
    const { file } = given;
    try {
      for await (const [name, stream, itself] of within(given))
        await session.read(name, watched.through(contents(itself ? file : name, stream, itself)));
    } catch (error) {
      throw error instanceof Refused ? error : new Refused(unreadable(file === '-' ? STANDARD_INPUT : file, error));
    }
  }
  watched.done();
  return session.finish();
}

// ---- printing -------------------------------------------------------------------------------

/** @param {Report} report */
function text(report) {
  const { verdict, recommendations, findings, notFound, limits } = report;
  const parts = [
    [verdict.headline, verdict.why, ...bargain(verdict)],
    recommendations.flatMap(value),
    ...patches(report),
    otherForms(report),
    findingsOf(report),
    steps('Roll-out, in this order:', report.rollout, 'Interrupts'),
    [...notFound, ...limits.map((limit) => `Limit: ${limit}`)],
    steps('Measure next:', report.measureNext, 'It tells'),
  ];
  const shown = parts.map((lines) => lines.join('\n').trimEnd()).filter(Boolean);
  return shown.join('\n\n').replaceAll('\u00a0', ' ');
}

/** @param {Report['verdict']} verdict */
function bargain({ timing, gain, pay, willNotCure }) {
  const no = timing === 'not-the-remedy';
  return [
    ...gain.map((line) => `${no ? 'What helps' : 'You gain'}: ${line}`),
    ...pay.map((line) => `${no ? 'What higher values would cost' : 'You pay'}: ${line}`),
    ...willNotCure.map((line) => `Timing will not cure: ${line}`),
  ];
}

/** @param {Report['recommendations'][number]} row */
function value(row) {
  return [
    `  ${row.parameter}: ${row.current.text} -> ${row.proposedText} (${row.confidence} confidence)`,
    ...row.because.map((bound) => `      ${withBasis(bound)}`),
    `      Cost: ${row.cost}`,
  ];
}

/** @param {Report} report */
function patches(report) {
  const names = namesOf(report);
  return report.patches.map(({ document, diff, disposition, reason, text }) => {
    const name = names.get(document ?? '') ?? 'cloud-config.yaml';
    const changes = diff
      ? [diff.trimEnd().replace('--- before\n+++ after', `--- ${name}\n+++ ${name}`)]
      : (text?.trimEnd().split('\n') ?? []).map((line) => `  ${line}`);
    return [...changes, reason && `${disposition === 'refused' ? 'No corrected file: ' : ''}${reason}`].filter(
      (line) => line !== null,
    );
  });
}

/** A step of the roll-out may speak of one. @param {Report} report */
function otherForms({ alternatives }) {
  const forms = [...new Set(alternatives.map(({ form }) => form))];
  return forms.length > 0
    ? [`The same values in other forms (${forms.join(', ')}): alternatives, with --format json.`]
    : [];
}

/** @param {Report} report */
function findingsOf(report) {
  const names = namesOf(report);
  const findings = tellingFirst(report.findings, report.verdict.finding);
  return findings.flatMap(({ severity, id, title, what, whatToDo, evidence }) => {
    // Two values may stand in one line.
    const lines = [...new Set(evidence.map((each) => `    ${names.get(each.document)}:${each.line}: ${each.text}`))];
    const further = lines.length - SHOWN_EVIDENCE;
    return [
      `${severity.toUpperCase()} ${id}: ${title}`,
      `  ${what}`,
      `  ${whatToDo}`,
      ...lines.slice(0, SHOWN_EVIDENCE),
      ...(further > 0 ? [`    and ${further} more`] : []),
    ];
  });
}

/**
 * @param {string} title
 * @param {Report['rollout']} list
 * @param {string} label of what a step brings with it
 */
function steps(title, list, label) {
  if (list.length === 0) return [];
  return [
    title,
    ...list.flatMap(({ text, commands, effect }, at) => [
      `  ${at + 1}. ${text}`,
      ...commands.map((command) => `        ${command}`),
      ...(effect ? [`     ${label}: ${effect}`] : []),
    ]),
  ];
}

/**
 * SARIF 2.1.0. A finding points at its first line of evidence; the others are its related places.
 *
 * @param {Report} report
 */
async function sarif(report) {
  const names = namesOf(report);
  const sources = new Map((await rules()).map((rule) => [rule.id, rule.references]));
  const place = (/** @type {Evidence} */ evidence) => ({
    physicalLocation: {
      artifactLocation: { uri: address(names.get(evidence.document) ?? '') },
      region: { startLine: evidence.line, startColumn: evidence.column },
    },
    message: { text: evidence.note ?? evidence.text },
  });
  const result = (/** @type {Finding} */ finding) => ({
    ruleId: finding.id,
    level: SARIF_LEVEL[/** @type {keyof typeof SARIF_LEVEL} */ (finding.severity)] ?? 'none',
    message: { text: `${finding.title}. ${finding.what} ${finding.whatToDo}` },
    locations: finding.evidence.slice(0, 1).map(place),
    relatedLocations: finding.evidence.slice(1, 10).map((evidence, at) => ({ id: at + 1, ...place(evidence) })),
  });
  const rule = (/** @type {Finding} */ finding) => ({
    id: finding.id,
    shortDescription: { text: finding.title },
    fullDescription: { text: finding.why },
    help: { text: [finding.whatToDo, ...(sources.get(finding.id) ?? [])].join('\n') },
  });
  const driver = { name: 'timing-advisor', version: version(), rules: report.findings.map(rule) };
  const run = { tool: { driver }, columnKind: 'utf16CodeUnits', results: report.findings.map(result) };
  const $schema = 'https://json.schemastore.org/sarif-2.1.0.json';
  return JSON.stringify({ $schema, version: '2.1.0', runs: [run] }, null, 2);
}

/** A file as a URI: relative to where the command runs, as CI services expect it. @param {string} file */
function address(file) {
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file.split(sep).map(encodeURIComponent).join('/');
}

/** @param {Report} report */
const namesOf = (report) => new Map(report.documents.map((document) => [document.id, document.name]));

/** @returns {string} */
const version = () => JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')).version;

/** @param {unknown} error */
const said = (error) => (error instanceof Error ? error.message : String(error));

const PRINT = { text, sarif, json: (/** @type {Report} */ report) => JSON.stringify(report, null, 2) };

/** @param {string[]} words @returns {Promise<number>} the exit status */
async function main(words) {
  const { values, positionals } = parse(words);
  const print = (/** @type {string} */ text) => process.stdout.write(`${text}\n`);
  if (values.help) return (print(USAGE), 0);
  if (values.version) return (print(version()), 0);
  const [command, ...files] = positionals;
  if (command === undefined) throw new Refused(`a command is missing.\n\n${USAGE}`);
  if (command !== 'check')
    throw new Refused(`there is no command '${command}', only 'check': timing-advisor check FILE...\n\n${USAGE}`);
  const written = PRINT[/** @type {keyof typeof PRINT} */ (values.format)];
  if (!written) throw new Refused(`the format is text, json or sarif, not '${values.format}'.`);
  const stated = assumptions(values);
  if (files.length === 0) throw new Refused('no file is named. Name logs and configurations, or - for standard input.');
  const report = await reportOn(files.flatMap(present), stated);
  print(await written(report));
  if (report.findings.some((finding) => ACTION.has(finding.severity))) return 1;
  // A check that could read nothing, or say nothing, must not pass for one that found nothing.
  const { timing, finding } = report.verdict;
  const read = report.documents.some(({ kind }) => kind === 'log' || kind === 'configuration');
  return read && !(timing === 'undecided' && finding === null) ? 0 : 2;
}

// `| head` closes the pipe early; that is no fault.
process.stdout.on('error', (error) => {
  if (/** @type {any} */ (error).code !== 'EPIPE') throw error;
});
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  process.stderr.write(`timing-advisor: ${error.message}\n`);
  process.exitCode = 2;
}
