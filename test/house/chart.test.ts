// What the chart says about the end of a pod agrees with what the service does. Helm is not needed: the template is read as text.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readConfig } from '../../src/config.ts';

const chart = join(import.meta.dirname, '../../helm/afterglow');
const template = readFileSync(join(chart, 'templates/deployments.yaml'), 'utf8');
const values = readFileSync(join(chart, 'values.yaml'), 'utf8');
const main = readFileSync(join(import.meta.dirname, '../../src/main.ts'), 'utf8');

t.test('a pod is killed later than the service ends by itself, whatever SHUTDOWN_GRACE_SECONDS is', (t) => {
  const [, grace = ''] = /default (\d+) \(get \.Values\.settings "SHUTDOWN_GRACE_SECONDS"\)/.exec(template) ?? [];
  t.equal(Number(grace), readConfig({}).SHUTDOWN_GRACE_SECONDS, 'where it is not set, the default of the service');
  const [, margin = ''] =
    /terminationGracePeriodSeconds: \{\{ add \$drainSeconds \$graceSeconds (\d+) \}\}/.exec(template) ?? [];
  const [, closing = ''] = /closeAfterGraceMs = ([\d_]+)/.exec(main) ?? [];
  t.ok(Number(closing.replace('_', '')) > 0, 'what the service takes after its grace is found');
  t.ok(Number(margin) * 1_000 > Number(closing.replace('_', '')), `${margin} s for what takes ${closing} ms`);
  t.end();
});

t.test('the api goes on answering while it leaves the endpoints, and no other role waits', (t) => {
  t.match(template, /\$drainSeconds := eq \$role "api" \| ternary \(int \$\.Values\.drainSeconds\) 0/);
  t.match(
    template,
    /\{\{- if \$drainSeconds \}\}\n[^]*?preStop:\n +exec:\n +command: \[sleep, "\{\{ \$drainSeconds \}\}"\]\n +\{\{- end \}\}/,
  );
  t.ok(Number(/^drainSeconds: (\d+)$/m.exec(values)?.[1]) >= 5);
  t.end();
});
