import t from 'tap';
import { Refusal } from '../../src/core/errors.ts';
import { openDoor } from './door.ts';
import * as samples from './samples.ts';

const dashboard = `{
  projects {
    edges {
      node {
        id
        credential { id }
        reconcileReport { id projectId }
        branches {
          edges {
            node {
              id
              timeline { branchId points { id } }
              status { branchId state }
              snapshots(first: 2) { edges { node { id branch { id name } } } pageInfo { hasNextPage } }
              latest: snapshots(first: 1) { edges { node { id } } }
              restores { edges { node { id branch { id } target { branch { id } } } } }
            }
          }
        }
      }
    }
  }
}`;

/** As many parents as asked for at every level. */
function fill(door: Awaited<ReturnType<typeof openDoor>>, count: number): void {
  const numbers = Array.from({ length: count }, (_, index) => index);
  door.projects = numbers.map((p) => ({ ...samples.project, id: `prj_${p}` }));
  door.branches = numbers.flatMap((p) =>
    numbers.map((b) => ({ ...samples.branch, id: `brn_${p}_${b}`, projectId: `prj_${p}` })),
  );
  door.snapshots = door.branches.flatMap(({ id }) =>
    numbers.map((s) => ({ ...samples.snapshot, id: `snp_${id}_${s}`, branchId: id })),
  );
  door.restores = door.branches.flatMap(({ id }) =>
    numbers.map((r) => ({
      ...samples.restore,
      id: `rst_${id}_${r}`,
      source: { ...samples.restore.source, branchId: id },
      target: { ...samples.restore.target, branchId: r === 0 ? null : id },
    })),
  );
}

for (const count of [1, 3, 6]) {
  t.test(
    `a nested read makes one domain call for each nested field and page, with ${count} parent(s) at each level`,
    async (t) => {
      // Pages of 50 at every level could answer more than the bound on cost lets be asked for by default.
      const door = await openDoor(t, { costMax: 2_000_000 });
      fill(door, count);
      const { errors } = await door.ask(dashboard);
      t.strictSame(errors, []);
      const names = door.calls.map(({ name }) => name).sort();
      const expected = [
        'branches.getMany',
        'branches.getMany',
        'branches.listOfProjects',
        'branches.timelines',
        'credentials.list',
        'projects.list',
        'projects.reconcileReports',
        'restores.listOfBranches',
        'snapshots.listOfBranches',
        'snapshots.listOfBranches',
        'status.branches',
      ];
      // The target of the first restore is not there yet: nothing is asked for where no parent has one.
      if (count > 1) expected.unshift('branches.getMany');
      t.strictSame(names, expected);
    },
  );
}

t.test('each parent is given what is its own', async (t) => {
  const door = await openDoor(t);
  fill(door, 2);
  const { data } = await door.ask(`{ projects { edges { node { id branches { edges { node {
    id timeline { branchId } snapshots(first: 1) { edges { node { id branch { id } } } pageInfo { hasNextPage } }
    latest: snapshots(first: 2) { edges { node { id } } pageInfo { hasNextPage } } } } } } } } }`);
  const branchOf = (project: number, branch: number) => {
    const id = `brn_${project}_${branch}`;
    const first = { node: { id: `snp_${id}_1`, branch: { id } } };
    return {
      node: {
        id,
        timeline: { branchId: id },
        snapshots: { edges: [first], pageInfo: { hasNextPage: true } },
        latest: {
          edges: [{ node: { id: `snp_${id}_1` } }, { node: { id: `snp_${id}_0` } }],
          pageInfo: { hasNextPage: false },
        },
      },
    };
  };
  t.strictSame(data?.['projects'], {
    edges: [1, 0].map((p) => ({ node: { id: `prj_${p}`, branches: { edges: [branchOf(p, 1), branchOf(p, 0)] } } })),
  });
});

t.test('what is not there any more is null, not an error', async (t) => {
  const door = await openDoor(t);
  door.branches = [];
  const { data, errors } = await door.ask(
    '{ snapshot(id: "snp_1") { branch { id } } restore(id: "rst_1") { branch { id } } }',
  );
  t.strictSame(errors, []);
  t.strictSame(data, { snapshot: { branch: null }, restore: { branch: null } });
});

t.test('a nested read after a second command sees what that command did', async (t) => {
  const door = await openDoor(t);
  const counts = 'branch { snapshots { edges { node { id } } } }';
  const { errors } = await door.ask(`mutation {
    a: requestSnapshot(input: { branchId: "brn_1" }) { ${counts} }
    b: requestSnapshot(input: { branchId: "brn_1" }) { ${counts} }
  }`);
  t.strictSame(errors, []);
  t.equal(door.calls.filter(({ name }) => name === 'snapshots.listOfBranches').length, 2);
});

t.test('a nested read that is refused says so at each parent, with the code', async (t) => {
  const door = await openDoor(t);
  door.fail('branches.timelines', new Refusal('database_unreachable', 'Away.', { retryAfterSeconds: 2 }));
  const { status, data, errors } = await door.ask('{ branch(id: "brn_1") { id timeline { branchId } } }');
  t.equal(status, 200);
  t.strictSame(data, { branch: { id: 'brn_1', timeline: null } });
  t.match(errors, [
    { path: ['branch', 'timeline'], extensions: { code: 'database_unreachable', retryAfterSeconds: 2 } },
  ]);
});
