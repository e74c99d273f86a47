import { chmodSync } from 'node:fs';
import path from 'node:path';
import { EsbuildPlugin } from 'esbuild-loader';
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

export const typescript = {
  test: /\.ts$/,
  loader: 'esbuild-loader',
  options: { target: 'node22' },
};

/** @type {import('webpack').Configuration} */
const common = {
  resolve: { extensions: ['.ts', '.js'] },
  devtool: 'source-map',
  stats: 'errors-warnings',
  performance: { hints: false },
  optimization: { minimizer: [new EsbuildPlugin({ target: 'node22' })] },
};

/**
 * One ES module per process that Node starts. `import.meta.url` stays as it is, so that each finds the package's
 * `python/` folder from its own place in `dist/`.
 * @type {import('webpack').Configuration}
 */
const processes = {
  ...common,
  name: 'processes',
  target: 'node22',
  entry: { leti: './src/cli/leti.ts', inferenceWorker: './src/inference/worker.ts' },
  output: {
    path: path.resolve(import.meta.dirname, 'dist'),
    filename: '[name].mjs',
    chunkFilename: '[name].mjs',
    module: true,
    chunkFormat: 'module',
    clean: { keep: /^(extension|webview)/ },
  },
  // What the command's entry imports is one file, not several.
  optimization: { ...common.optimization, splitChunks: false },
  experiments: { outputModule: true },
  externals: { 'onnxruntime-node': 'module onnxruntime-node' },
  module: { parser: { javascript: { importMeta: false } }, rules: [typescript] },
  plugins: [executable],
};

/**
 * What VS Code loads; it has no Python, no model and no Node process of its own.
 * @type {import('webpack').Configuration}
 */
const extension = {
  ...common,
  name: 'extension',
  target: 'node22',
  entry: './src/extension/extension.ts',
  output: {
    path: path.resolve(import.meta.dirname, 'dist'),
    filename: 'extension.cjs',
    library: { type: 'commonjs2' },
  },
  externals: { vscode: 'commonjs vscode' },
  module: { rules: [typescript] },
};

/**
 * The run explorer's page: one script and one style sheet.
 * @type {import('webpack').Configuration}
 */
const webview = {
  ...common,
  name: 'webview',
  target: 'web',
  entry: { runPage: './src/webview/runPage.ts' },
  output: {
    path: path.resolve(import.meta.dirname, 'dist/webview'),
    filename: '[name].js',
    cssFilename: '[name].css',
    clean: true,
  },
  experiments: { css: true },
  module: { rules: [typescript, { test: /\.css$/, type: 'css' }] },
};

export default [processes, extension, webview];
