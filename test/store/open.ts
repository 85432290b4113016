// A store on a database of its own, with teams.

import type { Test } from 'tap';
import { connectStore } from '../../src/store/connect.ts';
import type { Db } from '../../src/store/database.ts';
import { insertTeam } from '../../src/store/teams.ts';
import { cloneDatabase } from '../harness/servers.ts';

export interface OpenStore {
  readonly url: string;
  readonly db: Db;
}

/** Closed when `t` ends; holds the teams `tem_a` and `tem_b`. */
export async function openStore(t: Test, connectionsMax = 8): Promise<OpenStore> {
  const url = await cloneDatabase(t);
  const store = connectStore(url, { connectionsMax, onError: () => undefined });
  t.teardown(() => store.close());
  await store.db.transaction().execute(async (tx) => {
    for (const slug of ['a', 'b']) {
      await insertTeam(tx, { id: `tem_${slug}`, slug, name: slug, created_at: new Date() });
    }
  });
  return { url, db: store.db };
}
