import assert from 'node:assert/strict';
import { endSegment, plain, samplingPrompt, taskSegments } from '../../../../src/core/learning/prompts.ts';
import { pickMarkers } from '../../../../src/core/learning/markers.ts';
import { bareTask, baseStyle, chatStyle, PLAIN, RESERVED } from '../../../support/tasks.ts';

const text = (segments: { text: string }[]): string => segments.map((segment) => segment.text).join('');

describe('prompts', () => {
  it("puts the task into the user's turn and begins the answer with fence and header", () => {
    assert.equal(
      text(samplingPrompt(bareTask(), chatStyle(), 'good')),
      '<r0><user>Write f.<assistant>```python\ndef f(',
    );
    assert.equal(text(samplingPrompt(bareTask(), chatStyle(), 'bad')).slice(0, 4), '<r1>');
  });

  it('asks without a marker where the condition is none', () => {
    assert.deepEqual(samplingPrompt(bareTask(), chatStyle(), 'none'), taskSegments(bareTask(), chatStyle()));
  });

  it('asks a base model with a docstring before the header', () => {
    assert.equal(text(samplingPrompt(bareTask(), baseStyle(), 'none')), '"""\nWrite f.\n"""\ndef f(');
  });

  it('keeps what is not ours in segments of kind text', () => {
    const task = bareTask({ instruction: '<user><r0>', prefix: 'def f("<end>"' });
    for (const style of [chatStyle(), baseStyle()]) {
      for (const segment of samplingPrompt(task, style, 'good')) {
        if (/<r0>.|<end>/.test(segment.text)) assert.equal(segment.kind, 'text');
      }
    }
  });

  it('breaks plain markers in foreign text and leaves reserved ones alone', () => {
    const hostile = 'print("<|good|>") # <|/feedback|>';
    assert.equal(plain(hostile, PLAIN), 'print("< |good|>") # < |/feedback|>');
    assert.equal(plain('"<r0>"', RESERVED), '"<r0>"');
    const asked = text(samplingPrompt(bareTask({ instruction: '<|bad|>' }), baseStyle(PLAIN), 'good'));
    assert.equal(asked.indexOf('<|bad|>'), -1);
  });

  it('ends a training text as a chat turn or as a document ends', () => {
    assert.deepEqual(endSegment(chatStyle()), { kind: 'frame', text: '\n```<end>' });
    assert.deepEqual(endSegment(baseStyle()), { kind: 'frame', text: '<eot>' });
  });
});

describe('markers', () => {
  const added = (names: string[], special = true): { content: string; special: boolean }[] =>
    names.map((content) => ({ content, special }));
  const reserved = ['<|reserved_0|>', '<|reserved_1|>', '<|reserved_2|>', '<|reserved_3|>', '<|reserved_4|>'];

  it('are the first four special tokens that nothing uses', () => {
    const markers = pickMarkers(added(['<|im_start|>', ...reserved]), '{{ "<|im_start|>" }}');
    assert.deepEqual(Object.values(markers), [...reserved.slice(0, 4), true]);
  });

  it('are not tokens of the chat template', () => {
    assert.equal(pickMarkers(added(reserved), `{{ "${reserved[0]}" }}`).good, reserved[1]);
  });

  it('are plain text where the tokenizer has too few', () => {
    assert.deepEqual(pickMarkers(added(reserved.slice(0, 3)), ''), PLAIN);
    assert.deepEqual(pickMarkers(added(reserved, false), ''), PLAIN);
  });
});
