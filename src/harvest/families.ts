import { digest } from '../process/digest.ts';

/** A task as the search for near duplicates sees it. */
export interface FamilyMember {
  id: string;
  /** Code (and words) that are compared by their tokens. */
  text: string;
  /** Members that share a key belong together even if their texts differ. */
  keys?: readonly string[];
}

/** Tokens in a row that make one shingle. */
const SHINGLE = 3;
/** Near duplicates share at least this part of their shingles (Jaccard similarity, 0 to 1). */
export const NEAR = 0.6;

/**
 * The name of each member's family, by the member's id. Near duplicates share a family, directly or through others. The
 * name is a hash of the members' texts, so it depends neither on their order nor on their file. Compares all pairs.
 */
export function assignFamilies(members: readonly FamilyMember[]): Map<string, string> {
  const parent = members.map((_, index) => index);
  const root = (index: number): number => {
    let at = index;
    for (let up = parent[at] ?? at; up !== at; up = parent[at] ?? at) at = up;
    return at;
  };
  const unite = (a: number, b: number): void => {
    parent[Math.max(root(a), root(b))] = Math.min(root(a), root(b));
  };

  const byKey = new Map<string, number>();
  const sets = members.map((member) => shingles(member.text));
  members.forEach((member, index) => {
    for (const key of member.keys ?? []) {
      const first = byKey.get(key);
      if (first === undefined) byKey.set(key, index);
      else unite(first, index);
    }
    for (let other = 0; other < index; other++) {
      if (similarity(sets[index], sets[other]) >= NEAR) unite(other, index);
    }
  });

  const groups = Map.groupBy(
    members.map((_, index) => index),
    root,
  );
  const families = new Map<string, string>();
  for (const group of groups.values()) {
    const texts = group.map((index) => tokensOf(members[index]?.text ?? '').join(' ')).toSorted();
    const name = digest(texts[0] ?? '', 16);
    for (const index of group) families.set(members[index]?.id ?? '', name);
  }
  return families;
}

/** For each text the index of the most similar one among `others` and its similarity (0 to 1). The index is -1 without others. */
export function nearest(
  texts: readonly string[],
  others: readonly string[],
): { index: number; share: number }[] {
  const sets = others.map(shingles);
  return texts.map((text) => {
    const own = shingles(text);
    let best = { index: -1, share: 0 };
    sets.forEach((other, index) => {
      const share = commonShare(own, other);
      if (best.index === -1 || share > best.share) best = { index, share };
    });
    return best;
  });
}

/** The text's runs of SHINGLE tokens, or the whole of a shorter text. */
function shingles(text: string): Set<string> {
  const tokens = tokensOf(text);
  const found = new Set<string>();
  for (let at = 0; at + SHINGLE <= Math.max(tokens.length, SHINGLE); at++) {
    found.add(tokens.slice(at, at + SHINGLE).join(' '));
  }
  return found;
}

function tokensOf(text: string): string[] {
  return text.match(/\w+|[^\s\w]/g) ?? [];
}

function similarity(a: ReadonlySet<string> | undefined, b: ReadonlySet<string> | undefined): number {
  if (a === undefined || b === undefined) return 0;
  // The similarity cannot reach the limit when the sizes differ too much. This saves most comparisons.
  if (Math.min(a.size, b.size) < NEAR * Math.max(a.size, b.size)) return 0;
  return commonShare(a, b);
}

function commonShare(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  let common = 0;
  for (const shingle of small) if (large.has(shingle)) common++;
  return common / (a.size + b.size - common);
}
