import type { Markers } from '../../protocol/model.ts';

export interface AddedToken {
  content: string;
  special: boolean;
}

/** Names of tokens that tokenizers keep and nothing uses: reserved ones, and the GitHub and Jupyter family. */
const UNUSED = /reserved|unused|^<\|?extra|^<(gh_stars|issue_\w+|jupyter_\w+|empty_output)>$/;

const PLAIN: Markers = {
  good: '<|good|>',
  bad: '<|bad|>',
  feedbackBegin: '<|feedback|>',
  feedbackEnd: '<|/feedback|>',
  reserved: false,
};

/**
 * The four verdict markers of a model: unused special tokens of its tokenizer, in the order of their ids, or plain text if
 * there are fewer than four. The vocabulary is never resized. A token in the chat template counts as used.
 */
export function pickMarkers(added: readonly AddedToken[], chatTemplate: string): Markers {
  const free = added
    .filter(({ content, special }) => special && UNUSED.test(content) && !chatTemplate.includes(content))
    .map(({ content }) => content);
  const [good, bad, feedbackBegin, feedbackEnd] = free;
  if (good === undefined || bad === undefined || feedbackBegin === undefined || feedbackEnd === undefined) {
    return PLAIN;
  }
  return { good, bad, feedbackBegin, feedbackEnd, reserved: true };
}
