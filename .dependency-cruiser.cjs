/** Who may import whom: the arrows of ARCHITECTURE.md. */

const workflows =
  '^electron/(dataset|training|inference|evaluation|export|baseModels|workspaces|disk|endpoints|registry|notebook|bundle|batch)/'

/** @returns a rule: files of `from` import nothing below `to`. */
function forbid(name, from, to, comment) {
  return { name, severity: 'error', comment, from, to }
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    forbid('no-cycles', {}, { circular: true }, 'Two modules that need each other are one module.'),
    forbid('resolvable', {}, { couldNotResolve: true }, 'The imported module does not exist.'),
    forbid(
      'shared-is-pure',
      { path: '^shared/' },
      { pathNot: ['^shared/', '^node_modules/zod/'] },
      'shared/ holds pure types, schemas and functions.',
    ),
    forbid(
      'page-knows-shared-only',
      { path: '^renderer/' },
      { path: ['^(electron|build|test)/', '^node_modules/electron/'] },
      'The page reaches the rest through window.timbre.',
    ),
    forbid(
      'page-without-node',
      { path: '^renderer/' },
      { dependencyTypes: ['core'] },
      'The page has no Node.',
    ),
    forbid(
      'charts-own-uplot',
      { path: '^renderer/', pathNot: '^renderer/charts/' },
      { path: '^node_modules/uplot/', pathNot: '\\.css$' },
      'Draw through a component of renderer/charts/.',
    ),
    forbid(
      'nobody-imports-the-page',
      { path: '^(shared|electron)/' },
      { path: '^(renderer|build|test)/' },
      'The page stands at the end of the arrows.',
    ),
    forbid(
      'electron-at-the-edge',
      {
        path: '^electron/',
        pathNot:
          '^electron/((main|window|preload|ipc|notifications|protocol|menu|dialogs|utilityEngine)\\.ts$|shell/)',
      },
      { path: ['^electron$', '^node_modules/electron/'] },
      'Services do not need Electron: hand in what they need from main.ts.',
    ),
    forbid(
      'preload-knows-the-contract',
      { path: '^electron/preload\\.ts$' },
      { path: '^electron/' },
      'The preload is one small file: Electron and the names of the contract.',
    ),
    forbid(
      'nobody-imports-the-roots',
      { pathNot: ['^electron/(main|shell)', '^electron/cli/', '^test/'] },
      { path: ['^electron/main\\.ts$', '^electron/cli/'] },
      'Composition roots are imported by nobody.',
    ),
    forbid(
      'workflows-look-down',
      { path: workflows },
      {
        path: '^electron/',
        pathNot: [
          workflows,
          '^electron/scoring/openClassifier\\.ts$',
          '^electron/(aws|db|secrets)/',
          '^electron/(publish|clock|log|logger|resourcesDirectory)\\.ts$',
        ],
      },
      'What comes from above (publish, clock) is handed in.',
    ),
    forbid(
      'aws-without-database',
      { path: '^electron/aws/' },
      { path: '^electron/', pathNot: '^electron/aws/' },
      'aws/ maps calls; it stores nothing.',
    ),
    forbid(
      'database-without-aws',
      { path: '^electron/db/' },
      { path: ['^electron/', '^node_modules/@aws-sdk/'], pathNot: '^electron/db/' },
      'db/ stores; it calls nobody.',
    ),
    forbid(
      'sdk-in-aws-only',
      { path: '^electron/', pathNot: '^electron/aws/' },
      { path: '^node_modules/@aws-sdk/' },
      'Only electron/aws/ speaks to AWS.',
    ),
    forbid(
      'sqlite-in-db-only',
      { path: '^electron/', pathNot: '^electron/db/' },
      { path: '^node_modules/better-sqlite3/' },
      'Only electron/db/ speaks SQL.',
    ),
    forbid(
      'engine-stands-alone',
      { path: '^electron/engine/' },
      { path: '^electron/', pathNot: '^electron/engine/' },
      'The engine is a program of its own.',
    ),
    forbid(
      'engine-knows-published-contract',
      { path: '^electron/engine/' },
      {
        path: '^shared/',
        pathNot:
          '^shared/((hyperparameters|metrics|promptTemplate|ratioError|validationRows)\\.ts$|tokenizer/)',
      },
      "Of shared/ the engine knows the training container's published contract only.",
    ),
    forbid(
      'engine-behind-its-protocol',
      { path: '^electron/', pathNot: '^electron/(engine|scoring)/' },
      { path: '^electron/engine/' },
      "The engine's contract is AWS's wire protocol, not its modules.",
    ),
    forbid(
      'scoring-stands-alone',
      { path: '^electron/scoring/' },
      {
        path: '^electron/',
        pathNot: [
          '^electron/scoring/',
          '^electron/engine/model/',
          '^electron/engine/telemetry\\.ts$',
        ],
      },
      'A thread of its own, which shares nothing but the tokenizer with the engine.',
    ),
    forbid(
      'engine-server-looks-down',
      { path: '^electron/engine/(store|jobs)/' },
      { path: '^electron/engine/server/' },
      'server -> jobs -> train, generate -> model -> graph',
    ),
    forbid(
      'engine-compute-looks-down',
      { path: '^electron/engine/(train|generate|convert)/' },
      { path: '^electron/engine/(server|store|jobs)/' },
      'server -> jobs -> train, generate -> model -> graph',
    ),
    forbid(
      'engine-model-looks-down',
      { path: '^electron/engine/model/' },
      { path: '^electron/engine/(server|store|jobs|train|generate)/' },
      'server -> jobs -> train, generate -> model -> graph',
    ),
    forbid(
      'engine-graph-looks-down',
      { path: '^electron/engine/graph/' },
      { path: '^electron/engine/(server|store|jobs|train|generate|model)/' },
      'server -> jobs -> train, generate -> model -> graph',
    ),
    forbid(
      'onnxruntime-in-graph-only',
      { path: '^electron/', pathNot: '^electron/(engine/(graph|generate)|scoring)/' },
      { path: '^node_modules/onnxruntime-node/' },
      'Graphs run through electron/engine/graph/session.ts, a classifier that comes as ONNX in electron/scoring/.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^build/corpus', '\\.css$'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
    skipAnalysisNotInRules: true,
  },
}
