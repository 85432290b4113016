// tap adds its own loader to every process that a test starts, through NODE_OPTIONS and whatever `env` it is given. It
// slows each down, and some tools break on it. Here is how a test starts Node without it.

/**
 * The program and arguments that run this Node with `args` and without tap's loader. What scripts/test.ts loads into every process
 * stays: it checks the answers of the Neon emulator there too.
 */
export function plainNode(args: readonly string[]): { file: string; args: string[] } {
  const kept = process.env['AFTERGLOW_TEST_NODE_OPTIONS'];
  const options = kept ? [`NODE_OPTIONS=${kept}`] : ['-u', 'NODE_OPTIONS'];
  return { file: 'env', args: [...options, process.execPath, ...args] };
}
