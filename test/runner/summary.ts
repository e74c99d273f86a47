/** How a test runner words its summary, and from where on it names what failed. */
export interface Summary {
  passed: RegExp;
  failed: RegExp;
  failures: RegExp;
}

export const MOCHA: Summary = { passed: /(\d+) passing/, failed: /(\d+) failing/, failures: /\d+ failing/ };
export const PYTEST: Summary = {
  passed: /(\d+) passed/,
  failed: /(\d+) (?:failed|error)/,
  failures: /=+ short test summary/,
};

/** How a job ended. */
export interface Outcome {
  passed: number;
  failed: number;
  /** What to tell once more at the end of all jobs. */
  failures: string[];
}

/** What a job's exit code and output say. A suite without a passed test has failed. */
export function outcomeOf(name: string, code: number, output: string, summary: Summary | undefined): Outcome {
  if (summary === undefined) {
    if (code === 0) return { passed: 1, failed: 0, failures: [] };
    return { passed: 0, failed: 1, failures: [`${name}: exit code ${code}\n${tail(output)}`] };
  }
  const count = (pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? 0);
  const [passed, failed] = [count(summary.passed), count(summary.failed)];
  const failures =
    failed > 0 ? [`${name}: ${output.slice(Math.max(0, output.search(summary.failures))).trim()}`] : [];
  if (failed > 0) return { passed, failed, failures };
  if (passed === 0) return { passed, failed: 1, failures: [`${name}: no test ran\n${tail(output)}`] };
  if (code !== 0) return { passed, failed: 1, failures: [`${name}: exit code ${code}\n${tail(output)}`] };
  return { passed, failed, failures };
}

function tail(output: string): string {
  return output.trim().split('\n').slice(-20).join('\n');
}
