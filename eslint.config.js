import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/**
 * Which folders of src each folder may import from. Everything not listed is an error: the arrows of
 * docs/architecture.md point one way.
 */
const MAY_IMPORT = {
  protocol: [],
  core: ['protocol'],
  process: ['protocol'],
  harvest: ['core', 'protocol', 'process', 'execution'],
  execution: ['core', 'protocol', 'process'],
  inference: ['core', 'protocol', 'process'],
  training: ['core', 'protocol', 'process'],
  store: ['core', 'protocol', 'process'],
  rounds: ['harvest', 'execution', 'inference', 'training', 'store', 'core', 'protocol', 'process'],
  server: ['rounds', 'harvest', 'execution', 'inference', 'training', 'store', 'core', 'protocol', 'process'],
  extension: ['core', 'protocol'],
  webview: ['core', 'protocol'],
  cli: [
    'server',
    'rounds',
    'harvest',
    'execution',
    'inference',
    'training',
    'store',
    'core',
    'protocol',
    'process',
  ],
};
const HOSTS = ['vscode', 'onnxruntime-node', 'node:*', 'fs', 'child_process', 'worker_threads'];
const MAY_USE_HOSTS = {
  protocol: [],
  core: ['node:crypto'],
  inference: ['onnxruntime-node', 'node:*'],
  // No processes, no files: those are the backend's.
  extension: ['vscode', 'node:path', 'node:crypto'],
  webview: [],
};

const directions = Object.entries(MAY_IMPORT).map(([folder, allowed]) => {
  const banned = Object.keys(MAY_IMPORT).filter((name) => name !== folder && !allowed.includes(name));
  const hosts = MAY_USE_HOSTS[folder] ?? ['node:*'];
  return {
    files: [`src/${folder}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            ...banned.map((name) => ({
              group: [`**/${name}/**`],
              message: `src/${folder} must not import src/${name} (docs/architecture.md).`,
            })),
            {
              group: [...HOSTS.filter((host) => !hosts.includes(host)), ...hosts.map((host) => `!${host}`)],
              message: `src/${folder} must not use this host module (docs/architecture.md).`,
            },
          ],
        },
      ],
    },
  };
});

export default tseslint.config(
  { ignores: ['dist/', 'dist-vsix/', 'node_modules/', 'examples/', '*.js'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      eqeqeq: 'error',
    },
  },
  { files: ['test/**/*.ts'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  ...directions,
  prettier,
);
