import { quantile } from '../evaluation/statistics.ts';

/** The place of the cursor: completions come `here`, and nowhere else. */
export type CursorPlace = 'here' | 'no file' | 'other language' | 'not saved' | 'outside' | 'untrusted';

/** Facts about the completions of a window. */
export interface CompletionFacts {
  enabled: boolean;
  /** End of the snooze as a time of day. */
  pausedUntil: string | undefined;
  /** Name of the model of the last completion, with its measured rate where it has one. */
  model: string | undefined;
  /** Why the last request gave no completion. */
  why: string | undefined;
  /** Whether that is because no model is set up yet. */
  notSetUp: boolean;
  /** Whether a request is in progress. */
  busy: boolean;
  /** Times in ms of the last completions that the model wrote. Those that were known already do not count. */
  latencies: readonly number[];
  /** Newest valid result: `passes 3 of 3 tests`. */
  verdict: string | undefined;
}

export interface StatusFacts extends CompletionFacts {
  place: CursorPlace;
  /** The run in progress in this window: its step in words, and the share that is done. */
  run: { step: string; done: number | undefined } | undefined;
  server: 'well' | 'restarting' | { gaveUp: string };
}

/** Something to do from the menu of the status item. */
export type StatusAction =
  'openRun' | 'setUp' | 'turnOn' | 'turnOff' | 'snooze' | 'resume' | 'choose' | 'restart' | 'doctor';

export interface StatusView {
  /** With an icon of VS Code. */
  text: string;
  /** One fact per line. */
  tooltip: string;
  /** Whether the item should stand out. */
  alert: boolean;
  actions: StatusAction[];
}

const ELSEWHERE: Record<Exclude<CursorPlace, 'here'>, { text: string; why: string }> = {
  'no file': { text: 'no file', why: 'Open a Python file of this folder for completions.' },
  'other language': { text: 'not in this file', why: 'LeTI completes Python files only.' },
  'not saved': { text: 'not in this file', why: 'LeTI works in saved .py files inside this folder.' },
  outside: { text: 'not in this file', why: 'LeTI works in saved .py files inside this folder.' },
  untrusted: { text: 'restricted', why: 'This folder is in Restricted Mode, so LeTI runs nothing of it.' },
};

/** What the status item says: the first of server, run, trust, place, settings and model that keeps LeTI from being ready. */
export function statusView(facts: StatusFacts): StatusView {
  const { server, run, place, enabled, pausedUntil, notSetUp } = facts;
  const view = (
    text: string,
    tooltip: readonly string[],
    actions: StatusAction[],
    alert = false,
  ): StatusView => ({
    ...{ text, alert, actions },
    tooltip: ['LeTI', ...tooltip].join('\n'),
  });
  if (typeof server === 'object')
    return view('$(error) LeTI: stopped', [server.gaveUp], ['restart', 'doctor'], true);
  if (server === 'restarting')
    return view('$(loading~spin) LeTI: restarting', ['The server ended unexpectedly.'], []);
  if (run !== undefined) {
    const share = run.done === undefined ? '' : ` ${Math.floor(100 * run.done)} %`;
    return view(`$(loading~spin) LeTI: training${share}`, [run.step], ['openRun', ...usual(facts)]);
  }
  if (place === 'untrusted')
    return view(`$(shield) LeTI: ${ELSEWHERE[place].text}`, [ELSEWHERE[place].why], []);
  if (!enabled)
    return view('$(circle-slash) LeTI: off', ['Completions are off.'], ['turnOn', 'choose', 'doctor']);
  if (pausedUntil !== undefined)
    return view(
      '$(bell-slash) LeTI: snoozed',
      [`Completions snoozed until ${pausedUntil}.`],
      ['resume', 'turnOff'],
    );
  if (place !== 'here')
    return view(`$(circle-outline) LeTI: ${ELSEWHERE[place].text}`, [ELSEWHERE[place].why], usual(facts));
  if (notSetUp)
    return view('$(warning) LeTI: not set up', [facts.why ?? ''], ['setUp', 'choose', 'doctor'], true);
  if (facts.busy && facts.model === undefined)
    return view('$(loading~spin) LeTI: loading', ['The model is loading.'], usual(facts));
  return view(`$(${facts.busy ? 'loading~spin' : 'sparkle'}) LeTI`, details(facts), usual(facts));
}

/** Model, speed, why nothing is shown, and the newest result. */
function details({ model, latencies, why, verdict }: CompletionFacts): string[] {
  const sorted = [...latencies].sort((a, b) => a - b);
  const figure = (q: number): string => `${Math.round(quantile(sorted, q))} ms`;
  return [
    model === undefined ? 'Ready' : `Model: ${model}`,
    ...(sorted.length === 0 ? [] : [`Answers of the model: ${figure(0.5)} (median), ${figure(0.95)} (95 %)`]),
    ...(why === undefined ? [] : [`No suggestion here: ${why}`]),
    ...(verdict === undefined ? [] : [`Last result: ${verdict}`]),
  ];
}

function usual({ enabled, pausedUntil }: CompletionFacts): StatusAction[] {
  if (!enabled) return ['turnOn', 'choose', 'doctor'];
  return [pausedUntil === undefined ? 'snooze' : 'resume', 'turnOff', 'choose', 'doctor'];
}
