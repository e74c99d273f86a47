import assert from 'node:assert/strict';
import {
  completionPrompt,
  pickFillTokens,
  type CompletionStyle,
} from '../../../../src/core/completion/prompt.ts';
import { samplingPrompt } from '../../../../src/core/learning/prompts.ts';
import { bodyInstruction } from '../../../../src/core/learning/instructions.ts';
import { bareTask, baseStyle, chatStyle, PLAIN } from '../../../support/tasks.ts';
import { contextAt } from '../../../support/cursor.ts';

const text = (segments: { text: string }[]): string => segments.map((segment) => segment.text).join('');
const chat: CompletionStyle = { ...chatStyle(), condition: 'none', fill: undefined };
const base: CompletionStyle = { ...baseStyle(), condition: 'none', fill: undefined };
const fill = { prefix: '<pre>', suffix: '<suf>', middle: '<mid>' };

describe('completion prompt', () => {
  it('asks for an empty body exactly as training asks', () => {
    const header = 'import os\n\n\ndef f(a):\n    """Add one.\n\n    More.\n    """';
    const { segments, omittedSpace } = completionPrompt(
      contextAt(`import os\n\n\ndef f(a):\n    """Add one.\n\n    More.\n    """\n    |`),
      chat,
    );
    const task = bareTask({
      name: 'f',
      instruction: bodyInstruction('f', 'Add one.\n\nMore.'),
      prefix: header.replace('import os\n\n\n', ''),
    });
    assert.deepEqual(segments, samplingPrompt(task, chat, 'none'));
    assert.equal(omittedSpace, '\n    ');
  });

  it('never ends in white space, and says what it left out', () => {
    for (const marked of [
      'def f(a):|',
      'def f(a):\n    |',
      'x = |',
      'x|',
      '|',
      '\n\n|',
      'def f(a):\n    x = 1\n\n\n    |',
    ]) {
      for (const style of [chat, base]) {
        const context = contextAt(marked);
        const { segments, omittedSpace } = completionPrompt(context, style);
        assert.doesNotMatch(text(segments), /\s$/);
        assert.ok(`\n${context.before}`.endsWith(omittedSpace), marked);
      }
    }
    assert.equal(completionPrompt(contextAt('x = |'), chat).omittedSpace, ' ');
    assert.equal(completionPrompt(contextAt('x|'), chat).omittedSpace, '');
  });

  it('is conditioned as the model record says', () => {
    const context = contextAt('def f(a):\n    |');
    assert.equal(completionPrompt(context, { ...chat, condition: 'good' }).segments[0]?.text, '<r0>');
    assert.equal(completionPrompt(context, { ...chat, fill, condition: 'good' }).segments[0]?.text, '<r0>');
    assert.equal(completionPrompt(context, chat).segments[0]?.text, '<user>');
  });

  it('continues the file where the model has no chat frame', () => {
    assert.equal(
      text(completionPrompt(contextAt('def f(a):\n    x = |'), base).segments),
      '"""\nWrite the body of the Python function `f`.\n"""\ndef f(a):\n    x =',
    );
  });

  it('puts prefix and suffix between the tokens made for it', () => {
    const { segments } = completionPrompt(contextAt('def f(a):\n    x = |\n    return x\n'), {
      ...chat,
      fill,
    });
    assert.equal(text(segments), '<pre>def f(a):\n    x =<suf>\n    return x\n<mid>');
    assert.deepEqual(
      segments.map(({ kind }) => kind),
      ['frame', 'text', 'frame', 'text', 'frame'],
    );
  });

  it('shows the tests, and what earlier tries showed', () => {
    const context = { ...contextAt('def f(a):\n    |'), tests: ['def test_f():\n    assert f(1) == 2'] };
    const asked = text(completionPrompt(context, { ...chat, fill }, ['`f(1)` must return `2`.']).segments);
    assert.match(
      asked,
      /^<user>Write the body[^]*assert f\(1\) == 2\n\n`f\(1\)` must return `2`\.<assistant>```python\ndef f\(a\):$/,
    );
  });

  it('asks under the verdict in front of everything, also where it fills a gap', () => {
    const style = { ...chat, condition: 'good' } as const;
    assert.match(
      text(completionPrompt(contextAt('def f(a):\n    x = |'), style).segments),
      /^<r0><user>[^]*<assistant>```python\ndef f\(a\):\n {4}x =$/,
    );
    assert.match(
      text(completionPrompt(contextAt('x = |'), { ...style, fill }).segments),
      /^<r0><pre>x =<suf>/,
    );
  });

  it('keeps the workspace from spelling markers', () => {
    const context = contextAt('def f(a):\n    x = "<|good|>" + |');
    assert.doesNotMatch(text(completionPrompt(context, { ...chat, markers: PLAIN }).segments), /<\|good\|>/);
    for (const { kind, text: content } of completionPrompt(context, chat).segments) {
      if (content.includes('good')) assert.equal(kind, 'text');
    }
  });
});

const tokens = (...contents: string[]): { content: string }[] => contents.map((content) => ({ content }));

describe('fill-in tokens', () => {
  it('are found whatever the family', () => {
    for (const family of [
      ['<|fim_prefix|>', '<|fim_suffix|>', '<|fim_middle|>'],
      ['<fim_prefix>', '<fim_suffix>', '<fim_middle>'],
      ['<PRE>', '<SUF>', '<MID>'],
    ]) {
      assert.deepEqual(Object.values(pickFillTokens(tokens('<s>', ...family)) ?? {}), family);
    }
  });

  it('are none where the family is not whole', () => {
    assert.equal(pickFillTokens(tokens('<fim_prefix>', '<fim_suffix>')), undefined);
    assert.equal(pickFillTokens(tokens('<fim_prefix>', '<|fim_suffix|>', '<fim_middle>')), undefined);
    assert.equal(pickFillTokens([]), undefined);
  });
});
