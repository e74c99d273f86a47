import { cardLines, type VerdictCard } from '../core/outcome/verdictCard.ts';
import { endpointWords, gateLine, percent, rangeText, recordedWords } from '../core/text/words.ts';
import type { Evaluation, RunReport } from '../protocol/run.ts';

/** Error types shown in a table; the rest are added up. */
const SHOWN_ERRORS = 6;

/** Columns padded to equal width, a rule under the header. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(header), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

/** What a run found: its card, pass rates before and after each round, error types, decisions, the model's folder. */
export function reportText(
  report: RunReport,
  card: VerdictCard | undefined,
  modelFolder: string | undefined,
): string {
  const parts = [
    ...(card === undefined ? [] : [cardLines(card).join('\n')]),
    `Run ${report.run} (${report.status})`,
    report.config.endpoint === undefined ? '' : endpointWords(report.config.endpoint),
    passRates(report),
    sealedShare(report),
    errorTypes(report),
    fromCompletions(report),
  ];
  // The card says what the only decision of a run is.
  if (report.gates.length > 1) parts.push(report.gates.map(gateLine).join('\n'));
  if (modelFolder !== undefined) parts.push(`Exported model: ${modelFolder}`);
  return parts.filter((part) => part !== '').join('\n\n');
}

function sealedShare(report: RunReport): string {
  const evaluations = [...report.heldOut, ...report.train];
  const sum = (count: (evaluation: Evaluation) => number): number =>
    evaluations.reduce((total, evaluation) => total + count(evaluation), 0);
  const samples = sum((evaluation) => evaluation.samples);
  if (samples === 0) return '';
  const sealed = sum((evaluation) => evaluation.sealedSamples);
  return `${sealed} of ${samples} programs ran apart from their checks (docs/security.md)`;
}

function fromCompletions({ trainings }: RunReport): string {
  const used = trainings.reduce((sum, training) => sum + training.used, 0);
  return used === 0 ? '' : `Also trained on ${recordedWords(used)}`;
}

function passRates(report: RunReport): string {
  const rows = [...report.heldOut, ...report.train].map((evaluation) => {
    const one = evaluation.passAt['1'];
    const eight = evaluation.passAt['8'];
    return [
      evaluation.side,
      evaluation.round === 0 ? 'before' : `round ${evaluation.round}`,
      one === undefined ? '-' : percent(one.value),
      one === undefined ? '-' : rangeText(one),
      eight === undefined ? '-' : percent(eight.value),
      `${evaluation.passedSamples}/${evaluation.samples}`,
      `${evaluation.passedTasks}/${evaluation.tasks}`,
      evaluation.tokensPerProgram.toFixed(0),
    ];
  });
  return table(['tasks', 'when', 'pass@1', '95 % interval', 'pass@8', 'programs', 'solved', 'tokens'], rows);
}

function errorTypes(report: RunReport): string {
  const evaluations = report.heldOut.length > 0 ? report.heldOut : report.train;
  const first = evaluations[0];
  const last = evaluations.at(-1);
  if (first === undefined || last === undefined) return '';
  const share = (evaluation: Evaluation, type: string): number =>
    (evaluation.errorTypes[type] ?? 0) / Math.max(1, evaluation.samples);
  const types = [...new Set([...Object.keys(first.errorTypes), ...Object.keys(last.errorTypes)])]
    .filter((type) => type !== 'passed')
    .sort((a, b) => share(first, b) + share(last, b) - share(first, a) - share(last, a));
  const rows = types
    .slice(0, SHOWN_ERRORS)
    .map((type) => [
      type,
      `${percent(share(first, type))} (${first.errorTypes[type] ?? 0})`,
      `${percent(share(last, type))} (${last.errorTypes[type] ?? 0})`,
    ]);
  if (rows.length === 0) return '';
  return `Errors on ${first.side} tasks\n${table(['error', 'before', `after round ${last.round}`], rows)}`;
}
