// Steps: how to bring the values in, and what to measure next.

import { h, section, sentence, unbroken } from './dom.js';

/** @typedef {import('./types.js').Report} Report */
/** @typedef {Report['rollout'][number]} Step */

/** @param {Report} report */
export function rolloutSection(report) {
  if (report.rollout.length === 0) return null;
  return section(
    'rollout',
    'Roll-out',
    'In this order. Same values on every machine.',
    steps(report.rollout, 'Interrupts'),
  );
}

/** @param {Report} report */
export function measureSection(report) {
  if (report.measureNext.length === 0) return null;
  return section('measure', 'Measure next', 'What would make the answer surer.', steps(report.measureNext, 'It tells'));
}

/** @param {Report} report */
export function questionsSection(report) {
  if (report.questions.length === 0) return null;
  return section(
    'questions',
    'Questions',
    undefined,
    report.questions.map((each, index) =>
      h(
        'details',
        { class: 'question', id: `question-${index}` },
        h('summary', null, each.question),
        h('p', null, sentence(each.answer)),
      ),
    ),
  );
}

/**
 * @param {Step[]} list
 * @param {string} label
 */
export function steps(list, label) {
  return h(
    'ol',
    { class: 'steps' },
    list.map((step) =>
      h(
        'li',
        null,
        h(
          'div',
          null,
          h('p', null, sentence(step.text)),
          step.commands.map((command) => h('code', { class: 'cmd' }, command)),
        ),
        step.effect ? h('div', { class: 'int' }, h('b', null, label), unbroken(step.effect)) : h('div'),
      ),
    ),
  );
}
