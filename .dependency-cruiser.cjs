// Which room may import which (README, "How the code is laid out"). Paths are regular expressions.
const engine = (rooms) => `^main/engine/(${rooms})(/|\\.ts$)`

/** A rule: what is in `from` may import nothing in `to`. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

const tests = '^(test|bench|scripts)/'

/** Rules for a folder's rooms, from the ground up: each imports only those below it, so that no two import each other. */
const inOrder = (folder, rooms) =>
  rooms
    .slice(0, -1)
    .map((room, at) =>
      forbid(
        `${folder}-${room}`,
        `A room of ${folder} imports only rooms below it.`,
        { path: `^main/${folder}/${room}/` },
        { path: `^main/${folder}/(${rooms.slice(at + 1).join('|')})/` },
      ),
    )

// Rooms of the engine, from the ground up. Beside them lie small helpers of all (random, median).
const foundations = [
  'graph',
  'autodiff',
  'network',
  'runtime',
  'tokens',
  'constrain',
  'model',
  'metrics',
  'task',
  'method',
]
const engineRooms = [
  ...foundations,
  'calibrate',
  'evaluate',
  'baseline',
  'train',
  'serve',
  'inspect',
  'export',
  'measure',
  'advise',
  'sweep',
  'data',
  'labelled',
  'store',
]

// Rooms of the service, from the ground up. Beside them lie what all of them share (context, lookup, queue, changes) and
// what puts them together (service, connect, lasting).
const serviceRooms = [
  'socket',
  'home',
  'compute',
  'studio',
  'data',
  'runs',
  'sweeps',
  'prompts',
  'labellings',
  'serving',
  'workers',
  'methods',
]

module.exports = {
  forbidden: [
    forbid('no-cycles', 'Two files that import each other are one.', {}, { circular: true }),
    forbid('resolvable', 'The imported file must exist.', {}, { couldNotResolve: true }),
    forbid(
      'declared',
      'Packages that run must stand in package.json.',
      { path: '^main/' },
      // Electron is what runs the app, so its packager wants it among the tools.
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: '(^|/)electron(/|$)' },
    ),
    forbid(
      'contract',
      'The contract imports valibot, MessagePack and itself; no Node, no DOM.',
      { path: '^main/contract/' },
      { pathNot: ['^main/contract/', '^node_modules/(valibot|@msgpack/msgpack)/', '^package\\.json$'] },
    ),
    forbid(
      'engine',
      'The engine is headless: contract and its own rooms only.',
      { path: '^main/engine/' },
      { path: '^(main|preload|renderer|test|bench|scripts)/', pathNot: '^main/(engine|contract)/' },
    ),
    ...inOrder('engine', engineRooms),
    forbid(
      'engine-rooms',
      'A room of the engine has its place in the order above.',
      { path: '^main/engine/[^/]+/', pathNot: engine(engineRooms.join('|')) },
      { path: '^main/engine/[^/]+/' },
    ),
    forbid(
      'graph',
      'The graph knows nothing but the contract.',
      { path: engine('graph') },
      { path: '^main/', pathNot: [engine('graph'), '^main/contract/'] },
    ),
    forbid(
      'autodiff',
      'Differentiation stands on the graph alone.',
      { path: engine('autodiff') },
      { path: '^main/', pathNot: [engine('graph|autodiff'), '^main/contract/'] },
    ),
    forbid(
      'network',
      'Networks and differentiation are siblings: neither knows the other.',
      { path: engine('network') },
      { path: '^main/', pathNot: [engine('graph|network'), '^main/contract/'] },
    ),
    forbid(
      'service',
      'The service stands on engine and contract.',
      { path: '^main/service/' },
      { path: '^main/', pathNot: '^main/(service|engine|contract)/' },
    ),
    ...inOrder('service', serviceRooms),
    forbid(
      'compute',
      'The compute process stands on engine and contract, and opens no database.',
      { path: '^main/compute/' },
      { path: '^main/', pathNot: ['^main/(compute|contract)/', '^main/engine/(?!store/)'] },
    ),
    forbid(
      'hosts',
      'Hosts speak to the service through the contract.',
      { path: '^main/hosts/([^/]+)/' },
      { path: '^main/', pathNot: ['^main/(service|contract)/', '^main/hosts/($1|window|api)/'] },
    ),
    forbid(
      'windows',
      'Windows and preload see the contract only.',
      { path: '^(renderer|preload)/' },
      { path: '^main/', pathNot: '^main/contract/' },
    ),
    forbid(
      'sqlite',
      'The service is the sole opener of SQLite.',
      { path: '^main/', pathNot: ['^main/service/', engine('store')] },
      { path: '^node_modules/(better-sqlite3|kysely)/' },
    ),
    forbid(
      'onnxruntime',
      'ONNX Runtime is reached through engine/runtime.',
      { pathNot: [engine('runtime'), tests] },
      { path: '^node_modules/onnxruntime-' },
    ),
    forbid(
      'processes',
      'Other programs are started in one place, which runs nothing out of the current folder.',
      { path: '^main/', pathNot: '^main/engine/programs.ts$' },
      { path: '^(node:)?child_process$' },
    ),
    forbid(
      'electron',
      'Electron objects are passed in: only its own host and the preload import the module.',
      { pathNot: ['^main/hosts/electron/', '^preload/'] },
      { path: '(^|/)electron(/|$)', dependencyTypesNot: ['type-only', 'local'] },
    ),
    forbid(
      'product-not-tests',
      'Nothing that ships imports a test.',
      { path: '^(main|preload|renderer)/' },
      { path: tests },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(build|dist)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    detectJSDocImports: false,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
