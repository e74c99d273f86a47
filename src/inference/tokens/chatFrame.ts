import { Template } from '@huggingface/jinja';
import type { ChatFrame } from '../../protocol/model.ts';
import { UserError } from '../../protocol/errors.ts';

const USER = 'LETI-USER-TEXT';
const ASSISTANT = 'LETI-ASSISTANT-TEXT';

/**
 * The text that a chat template puts around a conversation of one turn, with a default system prompt if it has one. Renders
 * the template around known texts. `specialTokens` are the tokenizer's `bos_token`, `eos_token` and so on. Undefined without
 * a template.
 * @throws UserError when the template cannot be rendered or does not show each text once.
 */
export function chatFrame(
  template: string | undefined,
  specialTokens: Record<string, string>,
): ChatFrame | undefined {
  if (template === undefined) return undefined;
  const question = [{ role: 'user', content: USER }];
  const asked = render(template, specialTokens, question, true);
  const answered = render(
    template,
    specialTokens,
    [...question, { role: 'assistant', content: ASSISTANT }],
    false,
  );
  const [before, after] = splitOnce(asked, USER);
  const [, rest] = splitOnce(answered, ASSISTANT);
  return { before, after, end: rest.trimEnd() || (specialTokens['eos_token'] ?? '') };
}

function render(
  template: string,
  specialTokens: Record<string, string>,
  messages: { role: string; content: string }[],
  addGenerationPrompt: boolean,
): string {
  try {
    return new Template(template).render({
      ...specialTokens,
      messages,
      add_generation_prompt: addGenerationPrompt,
    });
  } catch (error) {
    throw new UserError(
      `The model's chat template cannot be rendered: ${error instanceof Error ? error.message : String(error)}`,
      'Choose a model with another chat template, or remove the template to use the model without one.',
      1,
      { cause: error },
    );
  }
}

function splitOnce(text: string, separator: string): [string, string] {
  const [before, after, ...more] = text.split(separator);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new UserError(
      "The model's chat template does not show each message once.",
      'Choose a model with another chat template, or remove the template to use the model without one.',
    );
  }
  return [before, after];
}
