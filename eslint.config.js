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
  engines: ['core', 'protocol', 'process'],
  weights: ['core', 'protocol', 'process'],
  training: ['core', 'protocol', 'process', 'weights'],
  store: ['core', 'protocol', 'process'],
  app: [
    'harvest',
    'execution',
    'inference',
    'engines',
    'weights',
    'training',
    'store',
    'core',
    'protocol',
    'process',
  ],
  server: ['app', 'harvest', 'execution', 'inference', 'training', 'store', 'core', 'protocol', 'process'],
  extension: ['core', 'protocol'],
  webview: ['core', 'protocol'],
  cli: [
    'server',
    'app',
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
/** Which rooms of src/app each room may import from. Files at its root hold tools and know only `models`. */
const ROOMS = {
  models: [],
  tasks: ['models'],
  runs: ['models', 'tasks'],
  completion: ['models', 'tasks', 'runs'],
  bench: ['models', 'tasks', 'runs'],
};
/**
 * Which rooms of src/extension each room may import from. The files at its root are the floor of all rooms, but for
 * extension.ts, which puts everything together: nothing imports it, and it alone imports every room.
 */
const EXTENSION_ROOMS = {
  python: [],
  completion: [],
  testing: [],
  explorer: [],
  commands: ['explorer', 'testing'],
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

/** The folders and host modules that `src/<folder>` must not import, as patterns of `no-restricted-imports`. */
function bannedFolders(folder, allowed) {
  const hosts = MAY_USE_HOSTS[folder] ?? ['node:*'];
  return [
    ...Object.keys(MAY_IMPORT)
      .filter((name) => name !== folder && !allowed.includes(name))
      .map((name) => ({
        group: [`**/${name}/**`],
        message: `src/${folder} must not import src/${name} (docs/architecture.md).`,
      })),
    {
      group: [...HOSTS.filter((host) => !hosts.includes(host)), ...hosts.map((host) => `!${host}`)],
      message: `src/${folder} must not use this host module (docs/architecture.md).`,
    },
  ];
}

/** The rooms of src/`folder` that its room `name` must not import; undefined is the root of the folder. */
function bannedRooms(folder, rooms, name, allowed) {
  return Object.keys(rooms)
    .filter((room) => room !== name && !allowed.includes(room))
    .map((room) => ({
      group: [name === undefined ? `./${room}/**` : `../${room}/**`],
      message: `src/${folder}/${name ?? ''} must not import src/${folder}/${room} (docs/architecture.md).`,
    }));
}

const EXTENSION_ENTRY = {
  group: ['./extension.ts', '../extension.ts'],
  message: 'src/extension/extension.ts puts the rooms together; nothing imports it (docs/architecture.md).',
};

const restrict = (files, patterns) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns }] },
});

/** The rules of a folder with rooms; `root` names the rooms that the files at its root may import. */
const roomsOf = (folder, rooms, root, more = []) => [
  restrict(
    [`src/${folder}/*.ts`],
    [...bannedFolders(folder, MAY_IMPORT[folder]), ...bannedRooms(folder, rooms, undefined, root), ...more],
  ),
  ...Object.entries(rooms).map(([room, allowed]) =>
    restrict(
      [`src/${folder}/${room}/**/*.ts`],
      [...bannedFolders(folder, MAY_IMPORT[folder]), ...bannedRooms(folder, rooms, room, allowed), ...more],
    ),
  ),
];

const directions = [
  ...Object.entries(MAY_IMPORT).map(([folder, allowed]) =>
    restrict([`src/${folder}/**/*.ts`], bannedFolders(folder, allowed)),
  ),
  ...roomsOf('app', ROOMS, ['models']),
  ...roomsOf('extension', EXTENSION_ROOMS, ['python'], [EXTENSION_ENTRY]),
  restrict(['src/extension/extension.ts'], bannedFolders('extension', MAY_IMPORT.extension)),
];

export default tseslint.config(
  { ignores: ['dist/', 'dist-vsix/', 'node_modules/', '*.js'] },
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
      // A third of the lint's time. Classes here have `#` fields, which TypeScript itself keeps apart, and there are no enums.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
    },
  },
  { files: ['test/**/*.ts'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  ...directions,
  prettier,
);
