import path from 'node:path';
import type { PromptStyle } from '../core/prompts.ts';
import type { ModelRecord } from '../protocol/model.ts';

/** A model of the store, ready to be asked. */
export interface LoadedModel {
  hash: string;
  folder: string;
  record: ModelRecord;
  style: PromptStyle;
  /** Tokens of plain text under the model's tokenizer. */
  countTokens: (text: string) => number;
}
