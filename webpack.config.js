import { chmodSync } from 'node:fs';
import path from 'node:path';
import webpack from 'webpack';

/** What makes the command line a command: `npx leti`, `npm link`. */
const executable = {
  /** @param {import('webpack').Compiler} compiler */
  apply: (compiler) => {
    new webpack.BannerPlugin({ banner: '#!/usr/bin/env node', raw: true, test: /^leti\.mjs$/ }).apply(
      compiler,
    );
    compiler.hooks.afterEmit.tap('executable', ({ outputOptions }) => {
      chmodSync(path.join(String(outputOptions.path), 'leti.mjs'), 0o755);
    });
  },
};

/**
 * One ES module per process that Node starts. `import.meta.url` stays as it is, so that each finds the package's
 * `python/` folder from its own place in `dist/`.
 * @type {import('webpack').Configuration}
 */
export default {
  target: 'node22',
  entry: { leti: './src/cli/main.ts', inferenceWorker: './src/inference/worker.ts' },
  output: {
    path: path.resolve(import.meta.dirname, 'dist'),
    filename: '[name].mjs',
    module: true,
    chunkFormat: 'module',
    clean: true,
  },
  experiments: { outputModule: true },
  externals: { 'onnxruntime-node': 'module onnxruntime-node' },
  module: {
    parser: { javascript: { importMeta: false } },
    rules: [
      {
        test: /\.ts$/,
        loader: 'ts-loader',
        options: {
          transpileOnly: true,
          // A file at a time, TypeScript cannot tell an ES module by its package.json and would write CommonJS.
          compilerOptions: {
            module: 'esnext',
            moduleResolution: 'bundler',
            rewriteRelativeImportExtensions: false,
            noEmit: false,
            declaration: false,
          },
        },
      },
    ],
  },
  resolve: { extensions: ['.ts', '.js'] },
  plugins: [executable],
  devtool: 'source-map',
  stats: 'errors-warnings',
  performance: { hints: false },
};
