/** The instruction to write a body, the same in training and completion. `name` of a method is `Stack.push`. */
export function bodyInstruction(name: string, docstring: string): string {
  const [owner, method] = name.split('.');
  const what =
    method === undefined
      ? `the Python function \`${name}\``
      : `the method \`${method}\` of the Python class \`${owner ?? ''}\``;
  const words = docstringSummary(docstring);
  return words === '' ? `Write the body of ${what}.` : `Write the body of ${what}: ${words}`;
}

/** The first paragraph of a docstring on one line. */
export function docstringSummary(docstring: string): string {
  return (docstring.trim().split(/\n\s*\n|\n\s*>>>/)[0] ?? '').replaceAll(/\s+/g, ' ').trim();
}
