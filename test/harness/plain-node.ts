// tap adds its own loader to every process that a test starts, through NODE_OPTIONS and whatever `env` it is given. It
// slows each down, and some tools break on it. Here is how a test starts Node without it.

/** The program and arguments that run this Node with `args` and without tap's loader. */
export function plainNode(args: readonly string[]): { file: string; args: string[] } {
  return { file: 'env', args: ['-u', 'NODE_OPTIONS', process.execPath, ...args] };
}
