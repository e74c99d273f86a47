/** Whether a file holds Python: by its name, or by its first line where the name has no ending. */
export function isPythonFile(name: string, text: string): boolean {
  if (/\.pyi?w?$/i.test(name)) return true;
  return !/[^/\\]\.[^./\\]*$/.test(name) && /^#!.*\bpython[\d.]*\b/.test(text);
}
