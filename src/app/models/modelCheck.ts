import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { pickMarkers } from '../../core/learning/markers.ts';
import { readModelFolder, type ModelFolder } from '../../inference/modelFolder.ts';
import { setting, step, UserError } from '../../protocol/errors.ts';
import type { ModelRecord } from '../../protocol/model.ts';

const Config = z.looseObject({ vocab_size: z.int().positive() });
/** Tokens of conversations. A tokenizer that has one belongs to a model with a chat template. */
const CHAT_TOKENS = ['<|im_start|>', '<|start_header_id|>', '<start_of_turn>', '[INST]'];
/** An embedding has spare rows, so that its size is a round number. More than these mean another tokenizer. */
const SPARE_ROWS = 1024;
const SPARE_SHARE = 0.1;

/**
 * The markers of a model folder, whose tokenizer and chat template must belong to its weights: else the model would be
 * asked in words that it never saw. Throws a UserError that names the file.
 */
export async function checkedMarkers(folder: string): Promise<ModelRecord['markers']> {
  const model = await readModelFolder(folder);
  requireChatTemplate(folder, model);
  await requireMatchingTokenizer(folder, model);
  return pickMarkers(model.tokenizer.added_tokens, model.chatTemplate ?? '');
}

function requireChatTemplate(folder: string, { tokenizer, chatTemplate }: ModelFolder): void {
  if (chatTemplate !== undefined) return;
  const token = tokenizer.added_tokens.find(({ content }) => CHAT_TOKENS.includes(content))?.content;
  if (token === undefined) return;
  throw badFolder(
    `${path.join(folder, 'chat_template.jinja')} is missing, and tokenizer_config.json has no chat template. The model was trained with one: its tokenizer has the token ${token}.`,
  );
}

async function requireMatchingTokenizer(folder: string, { tokenizer }: ModelFolder): Promise<void> {
  const rows = Config.parse(JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8'))).vocab_size;
  const vocabulary = Vocabulary.safeParse(tokenizer.model);
  const ids = [
    ...(vocabulary.success ? vocabularyIds(vocabulary.data.vocab) : []),
    ...tokenizer.added_tokens.map(({ id }) => id),
  ];
  const known = ids.reduce((most, id) => Math.max(most, id), -1) + 1;
  if (known <= rows && rows - known <= Math.max(SPARE_ROWS, rows * SPARE_SHARE)) return;
  throw badFolder(
    `${path.join(folder, 'tokenizer.json')} does not belong to the weights: it has ${known} tokens, and the embedding of config.json has ${rows}.`,
  );
}

const Vocabulary = z.looseObject({
  vocab: z.union([z.record(z.string(), z.int()), z.array(z.unknown())]),
});

/** Of BPE and WordPiece by name; of Unigram by place in a list. */
function vocabularyIds(vocabulary: z.infer<typeof Vocabulary>['vocab']): number[] {
  return Array.isArray(vocabulary) ? [vocabulary.length - 1] : Object.values(vocabulary);
}

function badFolder(message: string): UserError {
  return new UserError(
    message,
    step`Copy the model's own file there, or choose another model with ${setting('model')}.`,
    2,
  );
}
