import { createHash } from 'node:crypto';

/**
 * The SHA-256 of a text in UTF-8, in hexadecimal, cut to its first `characters` (at most 64). Names of folders, models and
 * programs that are stored depend on the lengths that their callers ask for. The parts of a list follow each other.
 */
export function digest(content: string | Buffer | readonly (string | Buffer)[], characters = 64): string {
  const hash = createHash('sha256');
  for (const part of [content].flat()) hash.update(part);
  return hash.digest('hex').slice(0, characters);
}
