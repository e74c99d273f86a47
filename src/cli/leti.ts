/**
 * The command's entry, which any Node can load: the program itself imports what older ones do not have, and would end with
 * a stack trace before its first line.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > 22 || (major === 22 && minor >= 13)) {
  await import(/* webpackChunkName: "cli" */ './main.ts');
} else {
  process.stderr.write(
    `LeTI needs Node 22.13 or later; this is ${process.versions.node}.\n` +
      'Install it from https://nodejs.org; in a clone, `npx leti` finds the one that `npm ci` brought.\n',
  );
  process.exitCode = 2;
}
