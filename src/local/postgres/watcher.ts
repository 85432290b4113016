/**
 * Owns the end of Postgres processes where the kernel offers no parent-death signal (macOS): one small shell per service
 * reads pids on its standard input and, when that closes because the service died, stops them. Never runs elsewhere.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';

const script = `
pids=""
while read -r verb pid; do
  rest=""
  for p in $pids; do [ "$p" = "$pid" ] || rest="$rest $p"; done
  pids=$rest
  [ "$verb" = add ] && pids="$pids $pid"
done
for p in $pids; do kill -QUIT "$p" 2>/dev/null; done
`;

let watcher: ChildProcess | undefined;

/** Hands a pid to the watcher. Call the answer when the process has ended, so that a reused pid is left alone. */
export function watchPid(pid: number): () => void {
  watcher ??= startWatcher();
  const stdin = watcher.stdin;
  stdin?.write(`add ${pid}\n`);
  return () => {
    stdin?.write(`drop ${pid}\n`);
  };
}

function startWatcher(): ChildProcess {
  const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.on('exit', () => {
    watcher = undefined;
  });
  child.stdin?.on('error', () => {});
  child.unref();
  // A pipe to a child is a socket: like the child, it must not keep this process from ending.
  if (child.stdin instanceof Socket) child.stdin.unref();
  return child;
}
