import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import t from 'tap';
import { countTests, type TestCount } from '../../scripts/count-tests.ts';

const cases: readonly { title: string; tap: string; count: TestCount }[] = [
  {
    title: 'the innermost subtests are counted, assertions are not',
    tap: `
# Subtest: test/a.test.ts
    # Subtest: outer
        # Subtest: one
            ok 1 - equal
            ok 2 - equal
            1..2
        ok 1 - one
        # Subtest: two
            not ok 1 - equal
            1..1
        not ok 2 - two
        ok 3 - three # SKIP no Redis
        1..3
    not ok 1 - outer
    1..1
not ok 1 - test/a.test.ts
1..1
`,
    count: { passed: 1, failed: 1, skipped: 1 },
  },
  {
    title: 'a file without subtests is one test',
    tap: '# Subtest: test/a.test.ts\n    ok 1 - equal\n    ok 2 - equal\n    1..2\nok 1 - test/a.test.ts\n1..1\n',
    count: { passed: 1, failed: 0, skipped: 0 },
  },
  {
    title: 'a file that crashed after its tests had passed has failed once more',
    tap: `
# Subtest: test/a.test.ts
    # Subtest: one
        ok 1 - equal
        1..1
    ok 1 - one
    1..1
not ok 1 - test/a.test.ts
1..1
`,
    count: { passed: 1, failed: 1, skipped: 0 },
  },
  {
    title: 'an assertion between subtests that failed counts beside a subtest that failed',
    tap: `
# Subtest: test/a.test.ts
    # Subtest: one
        not ok 1 - equal
        1..1
    not ok 1 - one
    not ok 2 - equal
    1..2
not ok 1 - test/a.test.ts
1..1
`,
    count: { passed: 0, failed: 2, skipped: 0 },
  },
  {
    title: 'a file in which no test was found has failed, though tap lets it pass',
    tap: '# Subtest: test/a.test.ts\n    1..0 # no tests found\nok 1 - test/a.test.ts # SKIP no tests found\n1..1\n',
    count: { passed: 0, failed: 1, skipped: 0 },
  },
  {
    title: 'a run that was bailed out of has failed',
    tap: 'Bail out! too much\n',
    count: { passed: 0, failed: 1, skipped: 0 },
  },
];

for (const { title, tap, count } of cases) {
  t.test(title, async (t) => {
    const file = join(t.testdir(), 'result.tap');
    writeFileSync(file, `TAP version 14${tap.startsWith('\n') ? '' : '\n'}${tap}`);
    t.strictSame(countTests(file), count);
  });
}

t.test('a result that is not there has failed', async (t) => {
  t.strictSame(countTests(join(t.testdir(), 'nowhere.tap')), { passed: 0, failed: 1, skipped: 0 });
});
