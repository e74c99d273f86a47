import assert from 'node:assert/strict';
import { chatFrame } from '../../../src/inference/tokens/chatFrame.ts';
import { UserError } from '../../../src/protocol/errors.ts';

const CHATML =
  "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\n" +
  "Be helpful.<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}" +
  "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

describe('the frame of a chat template', () => {
  it('holds the default system prompt, the turn of the answer and its end', () => {
    assert.deepEqual(chatFrame(CHATML, { eos_token: '<|im_end|>' }), {
      before: '<|im_start|>system\nBe helpful.<|im_end|>\n<|im_start|>user\n',
      after: '<|im_end|>\n<|im_start|>assistant\n',
      end: '<|im_end|>',
    });
  });

  it('uses the special tokens, the end-of-text token where the template ends answers with nothing', () => {
    const template =
      "{{ bos_token }}{% for m in messages %}{{ '[' + m['role'] + ']' + m['content'] }}{% endfor %}" +
      "{% if add_generation_prompt %}{{ '[assistant]' }}{% endif %}";
    assert.deepEqual(chatFrame(template, { bos_token: '<s>', eos_token: '</s>' }), {
      before: '<s>[user]',
      after: '[assistant]',
      end: '</s>',
    });
  });

  it('is undefined without a template', () => {
    assert.equal(chatFrame(undefined, {}), undefined);
  });

  const broken: [string, string, RegExp][] = [
    ['is no template', '{% for %}', /cannot be rendered/],
    ['refuses', "{{ raise_exception('no users here') }}", /cannot be rendered: no users here/],
    ['hides the text', 'hello', /does not show each message once/],
    ['repeats the text', "{{ messages[0]['content'] }}{{ messages[0]['content'] }}", /each message once/],
  ];
  for (const [what, template, message] of broken) {
    it(`tells a template that ${what}`, () => {
      assert.throws(
        () => chatFrame(template, {}),
        (error) => error instanceof UserError && message.test(error.message),
      );
    });
  }
});
