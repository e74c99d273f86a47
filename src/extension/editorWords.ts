/** What the command line calls a thing, and what the editor does. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/ Or name a file with --tasks\./, ''],
  [/ with --out\b/, ''],
  [/, train with --method lora, or/, ' or'],
  [/Check the options of this command/, 'Check the settings leti.*'],
  [/--python\b/g, 'the setting leti.python'],
  [/--trainer-python\b/g, 'the setting leti.trainerPython'],
  [/--allow-uncontained\b/g, 'the setting leti.allowUncontained'],
  [/--model\b/g, 'the setting leti.model'],
  [/stop it \(Ctrl-C\)/, 'cancel it in its notification'],
  [/`leti models rollback`/, '"LeTI: Roll back to the model before"'],
  [/`leti models promote`/, '"LeTI: Choose the model for completions"'],
  [/^`leti models`/, 'The Models view'],
  [/`leti models`/, 'the Models view'],
  [/^`leti runs`/, 'The Runs view'],
  [/^`leti runs [\w-]+`/, 'Its page ("LeTI: Open run")'],
  [
    /Start a round, or run `leti complete` once: it prepares the model\./,
    'Train once: it prepares the model.',
  ],
  [/`leti doctor`/g, '"LeTI: Doctor"'],
  [/`?leti tasks list`? shows (why|what was looked at)/, '"LeTI: Find tasks" writes into the log $1'],
  [/`leti clean --dry-run`/, 'in a terminal, leti clean --dry-run'],
];

/** A sentence that speaks of options and commands of the command line, as the editor's user can act on it. */
export function inEditor(text: string): string {
  return WORDS.reduce((words, [pattern, instead]) => words.replace(pattern, instead), text);
}
