import { chatFrame } from '../../src/inference/tokens/chatFrame.ts';
import { readModelFolder } from '../../src/inference/modelFolder.ts';
import { createTokenizer } from '../../src/inference/tokens/tokenizer.ts';
import type { EndpointTokenizer } from '../../src/engines/promptText.ts';
import type { ChatFrame } from '../../src/protocol/model.ts';
import type { ConformanceTokenizer } from './conformanceServer.ts';

/** A model's tokenizer as LeTI uses it for an endpoint, and as a server has it: special tokens are read in all text. */
export async function endpointModel(
  folder: string,
): Promise<{ tokenizer: EndpointTokenizer; frame: ChatFrame | undefined; served: ConformanceTokenizer }> {
  const model = await readModelFolder(folder);
  const tokenizer = createTokenizer(model);
  return {
    frame: chatFrame(model.chatTemplate, model.specialTokens),
    tokenizer: {
      encode: (segments) => tokenizer.encodeSegments(segments),
      countTokens: (text) => tokenizer.countTokens(text),
      specialTokens: model.tokenizer.added_tokens
        .filter(({ special }) => special)
        .map(({ content }) => content),
    },
    served: {
      encode: (text) => tokenizer.encodeSegments([{ kind: 'frame', text }]),
      decode: (ids) => tokenizer.decode(ids),
    },
  };
}
