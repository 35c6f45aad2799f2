#!/usr/bin/env node
// timing-advisor check FILE...: the engine for servers without a browser, and for CI.
// Files are streamed, so their size does not matter; `-` reads standard input.
import { createReadStream, statSync } from 'node:fs';
import { createGunzip } from 'node:zlib';

import { Session } from './timing-advisor.js';

const USAGE = `usage: timing-advisor check [--format text|json|sarif] [--members N] FILE...

Reads configurations and logs of etcd and fleet (also .gz; - is standard input) and prints what is
wrong, why, and which timing values follow from the evidence. Nothing is sent anywhere.

exit status   0  nothing needs action
              1  something needs action
              2  the call or a file is wrong`;

const ACTION = new Set(['warning', 'critical']);
const SARIF_LEVEL = { critical: 'error', warning: 'warning', info: 'note' };

/** @param {string} sentence */
function fail(sentence) {
  process.stderr.write(`timing-advisor: ${sentence}\n`);
  process.exit(2);
}

/** @param {string[]} words */
function parse(words) {
  const options = {
    format: 'text',
    files: /** @type {string[]} */ ([]),
    assumptions: /** @type {Record<string, number>} */ ({}),
  };
  const [command, ...rest] = words;
  if (command === '--help' || command === '-h' || command === undefined) {
    process.stdout.write(`${USAGE}\n`);
    process.exit(command === undefined ? 2 : 0);
  }
  if (command !== 'check') fail(`there is no command '${command}'.\n${USAGE}`);
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at];
    if (word === '--format') options.format = rest[(at += 1)] ?? '';
    else if (word === '--members') options.assumptions.members = Number(rest[(at += 1)]);
    else if (word.startsWith('--')) fail(`there is no option '${word}'.`);
    else options.files.push(word);
  }
  if (!['text', 'json', 'sarif'].includes(options.format))
    fail(`the format is text, json or sarif, not '${options.format}'.`);
  if (options.assumptions.members !== undefined && !(options.assumptions.members > 0))
    fail('--members takes a number above 0.');
  if (options.files.length === 0) fail('no file is named.');
  return options;
}

/** @param {string} file */
function open(file) {
  if (file === '-') return process.stdin;
  try {
    if (!statSync(file).isFile()) fail(`${file} is no file.`);
  } catch {
    fail(`${file} cannot be read: there is no such file.`);
  }
  const stream = createReadStream(file, { highWaterMark: 1 << 20 });
  return file.endsWith('.gz') ? stream.pipe(createGunzip()) : stream;
}

/** @param {import('./timing-advisor.js').Report} report */
function text(report) {
  const names = new Map(report.documents.map((document) => [document.id, document.name]));
  const lines = [report.verdict.headline, report.verdict.why, ''];
  for (const row of report.recommendations) {
    lines.push(`  ${row.parameter}: ${row.current.text} -> ${row.proposedText} (${row.confidence} confidence)`);
    for (const bound of row.because) lines.push(`      ${bound.text}`);
    lines.push(`      Cost: ${row.cost}`);
  }
  if (report.recommendations.length > 0) lines.push('');
  for (const finding of report.findings) {
    lines.push(
      `${finding.severity.toUpperCase()} ${finding.id}: ${finding.title}`,
      `  ${finding.what}`,
      `  ${finding.whatToDo}`,
    );
    for (const evidence of finding.evidence.slice(0, 3))
      lines.push(`    ${names.get(evidence.document)}:${evidence.line}: ${evidence.text}`);
    if (finding.evidence.length > 3) lines.push(`    and ${finding.evidence.length - 3} more`);
  }
  if (report.findings.length > 0) lines.push('');
  for (const step of report.measureNext)
    lines.push(`Measure next: ${step.text}`, ...step.commands.map((command) => `    ${command}`));
  for (const limit of report.limits) lines.push(`Limit: ${limit}`);
  return lines.join('\n').replaceAll('\u00a0', ' ').trimEnd();
}

/** @param {import('./timing-advisor.js').Report} report */
function sarif(report) {
  const names = new Map(report.documents.map((document) => [document.id, document.name]));
  const results = report.findings.map((finding) => ({
    ruleId: finding.id,
    level: SARIF_LEVEL[/** @type {keyof typeof SARIF_LEVEL} */ (finding.severity)] ?? 'none',
    message: { text: `${finding.title} ${finding.what} ${finding.whatToDo}` },
    locations: finding.evidence.slice(0, 1).map((evidence) => ({
      physicalLocation: {
        artifactLocation: { uri: names.get(evidence.document) },
        region: { startLine: evidence.line, startColumn: evidence.column },
      },
    })),
  }));
  const rules = report.findings.map((finding) => ({ id: finding.id, fullDescription: { text: finding.why } }));
  const run = { tool: { driver: { name: 'timing-advisor', rules } }, columnKind: 'utf16CodeUnits', results };
  return JSON.stringify(
    { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] },
    null,
    2,
  );
}

const options = parse(process.argv.slice(2));
const streams = options.files.map((file) => ({ file, stream: open(file) }));
const session = await Session.start({ assumptions: options.assumptions });
for (const { file, stream } of streams) {
  try {
    await session.read(file === '-' ? 'standard input' : file, stream);
  } catch (error) {
    fail(`${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}
const report = session.finish();
const print = { text, sarif, json: (/** @type {unknown} */ whole) => JSON.stringify(whole, null, 2) }[
  /** @type {'text'} */ (options.format)
];
process.stdout.write(`${print(report)}\n`);
process.exitCode = report.findings.some((finding) => ACTION.has(finding.severity)) ? 1 : 0;
