// Steps: how to bring the values in, and what to measure next.

import { fold, h, section, sentence, unbroken, words } from '../dom.js';
import { PATCH, plural, WORDS } from '../strings.js';

/** @typedef {import('../types.js').Report} Report */
/** @typedef {Report['rollout'][number]} Step */
/** @typedef {import('../types.js').Actions} Actions */

/** @param {Report} report @param {Actions} actions */
export function rolloutSection(report, actions) {
  if (report.rollout.length === 0) return null;
  const list = steps(report.rollout, WORDS.interrupts, WORDS.rollout, actions);
  return section('rollout', WORDS.rollout, WORDS.inOrder, list);
}

/** @param {Report} report @param {Actions} actions */
export function measureSection(report, actions) {
  if (report.measureNext.length === 0) return null;
  return fold(
    'measure',
    WORDS.measureNext,
    `${plural(report.measureNext.length, 'step')} ${WORDS.surer}`,
    h('p', { class: 'q' }, WORDS.pasteIt),
    report.measureNext.map((step, index) =>
      h(
        'details',
        { class: 'question', id: `measure-${index}` },
        h('summary', null, sentence(step.text)),
        h('p', null, sentence(step.effect)),
        commands(step, WORDS.copyCommands(index + 1, WORDS.measureNext), actions),
      ),
    ),
  );
}

/** @param {Report} report */
export function questionsSection(report) {
  if (report.questions.length === 0) return null;
  return fold(
    'questions',
    WORDS.questions,
    plural(report.questions.length, 'answer'),
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
 * @param {string} label of what a step brings with it
 * @param {string} title of the list
 * @param {Actions} actions
 */
export function steps(list, label, title, actions) {
  return h(
    'ol',
    { class: 'steps' },
    list.map((step, index) => {
      const before = list[index - 1];
      const again = (/** @type {string} */ one, /** @type {string | undefined} */ other) => one !== '' && one === other;
      const effect = again(step.effect, before?.effect) ? `${WORDS.asInStep} ${index}.` : step.effect;
      const same = again(step.commands.join('\n'), before?.commands.join('\n'));
      return h(
        'li',
        null,
        h(
          'div',
          null,
          h('p', null, lead(step.text)),
          same
            ? h('p', { class: 'q' }, `${WORDS.commandsOfStep} ${index}.`)
            : commands(step, WORDS.copyCommands(index + 1, title), actions),
        ),
        effect ? h('div', { class: 'int' }, h('b', null, label), unbroken(effect)) : h('div'),
      );
    }),
  );
}

/** The step itself stands out from how and why. @param {string} text */
function lead(text) {
  const [, step, rest] = /^([^`]+?[.:])( .+)?$/s.exec(text) ?? [];
  return step ? [h('b', null, unbroken(step)), sentence(rest ?? '')] : sentence(text);
}

/**
 * One to a line, to be taken one by one or all at once.
 *
 * @param {Step} step
 * @param {string} label
 * @param {Actions} actions
 */
function commands({ commands }, label, actions) {
  const all = commands.join('\n');
  const copy = (/** @type {Event} */ event) => actions.copy(all, WORDS.commandsCopied(commands.length), event);
  return (
    commands.length > 0 &&
    h(
      'div',
      { class: 'cmds' },
      h('pre', { class: 'cmd' }, words(all)),
      h('button', { class: 'link s', type: 'button', 'aria-label': label, onclick: copy }, PATCH.copy),
    )
  );
}
