import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { setting, step, UserError, type NextStep } from '../protocol/errors.ts';

/** Tokens of this form control a model, though some tokenizers do not call all of them special. */
const CONTROL = /^<\|[^|\s]+\|>$/;
const AddedToken = z
  .looseObject({ id: z.int().min(0), content: z.string(), special: z.boolean() })
  .transform((token) => ({ ...token, special: token.special || CONTROL.test(token.content) }));
const TokenizerJson = z.looseObject({
  added_tokens: z.array(AddedToken),
  model: z.looseObject({
    type: z.string(),
    vocab: z.record(z.string(), z.int()).optional().catch(undefined),
  }),
  decoder: z.looseObject({ type: z.string() }).nullish(),
});
const SpecialToken = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();
const TokenizerConfig = z.looseObject({
  bos_token: SpecialToken,
  eos_token: SpecialToken,
  pad_token: SpecialToken,
  unk_token: SpecialToken,
  chat_template: z
    .union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))])
    .nullish(),
});
const Ends = z.looseObject({ eos_token_id: z.union([z.int(), z.array(z.int())]).nullish() });

/** The facts of a model folder about text: its tokens, the frame of a conversation, and the end of a text. */
export interface ModelFolder {
  tokenizer: z.infer<typeof TokenizerJson>;
  tokenizerConfig: z.infer<typeof TokenizerConfig>;
  /** The chat template's source. Base models have none. */
  chatTemplate: string | undefined;
  /** `bos_token`, `eos_token`, ... as text. */
  specialTokens: Record<string, string>;
  /** Tokens that end a text. */
  endIds: ReadonlySet<number>;
}

/** Reads the tokenizer, chat template and end tokens of a model folder. Throws a UserError that names a missing or broken file. */
export async function readModelFolder(folder: string): Promise<ModelFolder> {
  const tokenizer = await readJson(path.join(folder, 'tokenizer.json'), TokenizerJson);
  const tokenizerConfig = await readJson(path.join(folder, 'tokenizer_config.json'), TokenizerConfig);
  const configs = await Promise.all(
    ['config.json', 'generation_config.json'].map((name) => readOptionalJson(path.join(folder, name), Ends)),
  );
  // No program holds a special token, because plain text cannot spell one. So each special token ends a program.
  const special = tokenizer.added_tokens.filter((token) => token.special).map((token) => token.id);
  const named = configs.flatMap((config) => config?.eos_token_id ?? []);
  return {
    tokenizer,
    tokenizerConfig,
    chatTemplate: await readChatTemplate(folder, tokenizerConfig),
    specialTokens: specialTokens(tokenizerConfig),
    endIds: new Set([...special, ...named]),
  };
}

/** What to do about a damaged export. */
export function remakeExport(folder: string): string {
  return `Delete the folder ${folder}. LeTI exports the model again when it needs it.`;
}

/** What to do about a damaged file of a model folder, which may be the user's own. */
const RESTORE = step`Restore the file, or choose another model with ${setting('model')}.`;

/**
 * Reads and checks a JSON file. Throws a UserError if it is missing, is not JSON or does not fit the schema; its next step is
 * `nextStep`.
 */
export async function readJson<T>(
  file: string,
  schema: z.ZodType<T>,
  nextStep: string | NextStep = RESTORE,
): Promise<T> {
  const value = await readOptionalJson(file, schema, nextStep);
  if (value === undefined) {
    throw new UserError(`The model is incomplete: ${file} is missing.`, nextStep);
  }
  return value;
}

async function readOptionalJson<T>(
  file: string,
  schema: z.ZodType<T>,
  nextStep: string | NextStep = RESTORE,
): Promise<T | undefined> {
  const text = await readOptional(file);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file} is not JSON: ${String(error)}`, nextStep, 1, { cause: error });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    throw new UserError(`${file} is not as expected: ${z.prettifyError(parsed.error)}`, nextStep);
  }
  return parsed.data;
}

async function readChatTemplate(
  folder: string,
  config: z.infer<typeof TokenizerConfig>,
): Promise<string | undefined> {
  const file = await readOptional(path.join(folder, 'chat_template.jinja'));
  if (file !== undefined) return file;
  const template = config.chat_template ?? undefined;
  if (template === undefined || typeof template === 'string') return template;
  return template.find((named) => named.name === 'default')?.template;
}

function specialTokens(config: z.infer<typeof TokenizerConfig>): Record<string, string> {
  const tokens: Record<string, string> = {};
  for (const name of ['bos_token', 'eos_token', 'pad_token', 'unk_token'] as const) {
    const token = config[name];
    if (token !== null && token !== undefined)
      tokens[name] = typeof token === 'string' ? token : token.content;
  }
  return tokens;
}

async function readOptional(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
