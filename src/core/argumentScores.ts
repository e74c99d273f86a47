import type { ExtractedEvent } from './events.ts';

/** What is right of what was predicted and of what there is, over all events together (micro-averaged). */
export interface Score {
  predicted: number;
  gold: number;
  correct: number;
  precision: number;
  recall: number;
  f1: number;
}

export interface ArgumentScores {
  /** Arg-I: the words of an argument are those of one of the event's arguments. */
  identification: Score;
  /** Arg-C: the role is right too. */
  classification: Score;
}

/** One answer to one sentence; no event was predicted where the program constructs none. */
export interface Answer {
  gold: ExtractedEvent;
  predicted: ExtractedEvent | undefined;
}

/**
 * Arg-I and Arg-C F1 of event argument extraction, each argument counted once: an event of another class has none right,
 * and an argument that is given twice is right once.
 */
export function argumentScores(answers: readonly Answer[]): ArgumentScores {
  return {
    identification: score(answers, ({ text }) => JSON.stringify(text)),
    classification: score(answers, ({ role, text }) => JSON.stringify([role, text])),
  };
}

function score(answers: readonly Answer[], key: (argument: { role: string; text: string }) => string): Score {
  const counts = { predicted: 0, gold: 0, correct: 0 };
  for (const { gold, predicted } of answers) {
    const left = gold.arguments.map(({ role, text }) => key({ role, text: text ?? '' }));
    counts.gold += left.length;
    for (const { role, text } of predicted?.arguments ?? []) {
      counts.predicted++;
      const at = text === undefined || predicted?.type !== gold.type ? -1 : left.indexOf(key({ role, text }));
      if (at === -1) continue;
      left.splice(at, 1);
      counts.correct++;
    }
  }
  const precision = share(counts.correct, counts.predicted);
  const recall = share(counts.correct, counts.gold);
  return { ...counts, precision, recall, f1: share(2 * precision * recall, precision + recall) };
}

/** 0 of nothing. */
function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
