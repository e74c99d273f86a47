import { z } from 'zod';
import type { Cell } from '../../core/text/notebook.ts';
import { UserError } from '../../protocol/errors.ts';

const Text = z.union([z.string(), z.array(z.string()).transform((lines) => lines.join(''))]);
/** What is read of a Jupyter notebook. */
const Notebook = z.object({
  cells: z.array(z.object({ cell_type: z.string(), source: Text })),
  metadata: z
    .object({
      language_info: z.object({ name: z.string() }).optional(),
      kernelspec: z.object({ language: z.string().optional() }).optional(),
    })
    .default({}),
});

/**
 * The cells of a notebook file.
 * @throws UserError where the text is no Jupyter notebook
 */
export function readNotebook(file: string, text: string): Cell[] {
  let found: z.infer<typeof Notebook>;
  try {
    found = Notebook.parse(JSON.parse(text));
  } catch (error) {
    throw new UserError(`${file} is no Jupyter notebook.`, 'Choose a notebook of format 4.', 2, {
      cause: error,
    });
  }
  const { language_info: info, kernelspec } = found.metadata;
  const language = info?.name ?? kernelspec?.language ?? 'python';
  return found.cells.map(({ cell_type: type, source }) => ({
    language: type === 'code' ? language : type,
    text: source,
  }));
}
