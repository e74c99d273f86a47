import { mkdirSync } from 'node:fs';
import path from 'node:path';
import webpack from 'webpack';
import { typescript } from '../../webpack.config.js';
import { root } from '../support/tinyRun.ts';

/** Whether a desktop VS Code can be had. */
export async function canDownload(): Promise<boolean> {
  try {
    return (await fetch('https://update.code.visualstudio.com', { signal: AbortSignal.timeout(5000) })).ok;
  } catch {
    return false;
  }
}

/** One CommonJS file with all that an entry imports, which is what VS Code loads; mocha stays outside, as it loads itself. */
export async function buildSuites(entry: string, out: string): Promise<string> {
  mkdirSync(out, { recursive: true });
  const compiler = webpack({
    mode: 'development',
    devtool: 'inline-source-map',
    target: 'node22',
    entry,
    output: { path: out, filename: 'index.cjs', library: { type: 'commonjs2' } },
    externals: { vscode: 'commonjs vscode', mocha: `commonjs ${path.join(root, 'node_modules/mocha')}` },
    module: { rules: [typescript] },
    resolve: { extensions: ['.ts', '.js'] },
  });
  await new Promise<void>((resolve, reject) => {
    compiler.run((error, stats) => {
      if (error !== null) reject(error);
      else if (stats?.hasErrors() === true) reject(new Error(stats.toString('errors-only')));
      else resolve();
    });
  });
  return path.join(out, 'index.cjs');
}
