import { digest } from '../process/digest.ts';

/** What decides whether two tasks are near duplicates. */
export interface FamilyMember {
  id: string;
  /** Code (and words) that are compared by their tokens. */
  text: string;
  /** Members with an equal key belong together whatever their text says. */
  keys?: readonly string[];
}

/** Tokens in a row that make one shingle. */
const SHINGLE = 3;
/** Share of shingles that two texts have in common (Jaccard) from which on they are near duplicates. */
export const NEAR = 0.6;

/**
 * The family of each member: near duplicates, directly or through others, share one. Its name is a hash of
 * what its members say, so it depends neither on their order nor on the file that they come from.
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

/** For each text the one among `others` that is most like it, by the share of shingles in common; the index is -1 without others. */
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

/** The text's runs of SHINGLE tokens; of a shorter text, all of it. */
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
  // The share cannot reach the limit when the sizes are too far apart, which spares most comparisons.
  if (Math.min(a.size, b.size) < NEAR * Math.max(a.size, b.size)) return 0;
  return commonShare(a, b);
}

function commonShare(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  let common = 0;
  for (const shingle of small) if (large.has(shingle)) common++;
  return common / (a.size + b.size - common);
}
