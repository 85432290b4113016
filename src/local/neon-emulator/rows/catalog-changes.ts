/**
 * Owns what a change makes of a catalog that is only remembered: the same that catalog.ts does to a real one. Pure.
 */
import type { CatalogChange } from '../state.ts';
import type { Catalog } from './rows.ts';

/** What was made already is left as it is. */
export function changed(catalog: Catalog, change: CatalogChange): Catalog {
  const { databases, roles } = catalog;
  switch (change.kind) {
    case 'create_role': {
      const { name, password } = change;
      const role = { name, canLogin: password !== undefined, verifier: undefined, password };
      return roles.some((known) => known.name === name) ? catalog : { databases, roles: [...roles, role] };
    }
    case 'set_password': {
      const { name, password } = change;
      return { databases, roles: roles.map((role) => (role.name === name ? { ...role, password } : role)) };
    }
    case 'drop_role':
      return { databases, roles: roles.filter(({ name }) => name !== change.name) };
    case 'create_database': {
      const { id, name, ownerName } = change;
      const isThere = databases.some((known) => known.name === name);
      return isThere ? catalog : { databases: [...databases, { id, name, ownerName }], roles };
    }
    case 'alter_database': {
      const { newName, ownerName } = change;
      const altered = { name: newName, ownerName };
      return {
        databases: databases.map((known) => (known.name === change.name ? { ...known, ...altered } : known)),
        roles,
      };
    }
    case 'drop_database':
      return { databases: databases.filter(({ name }) => name !== change.name), roles };
  }
}
