import { Injectable } from '@nestjs/common';
import { keys, type Entry, type Op, type PrefixOfValue, type NodeIdValue } from '@sluice/store';
import { AuditLog } from '../audit/audit.js';
import type { Caller } from '../auth/caller.js';
import { aborted, invalid, notFound, refused } from '../failure.js';
import { StoreGate } from '../store/gate.js';

/** Takes a node out of the cluster: its keys, its prefixes and its number become free in one transaction. */
@Injectable()
export class NodeRemoval {
  constructor(
    private readonly gate: StoreGate,
    private readonly audit: AuditLog,
  ) {}

  /** FAILED_PRECONDITION while the node's agent is alive, NOT_FOUND where nothing of the node is in the store. */
  async remove(name: string, caller: Caller): Promise<void> {
    if (name === '' || name.includes('/')) throw invalid(`${name} is no node name`);
    await this.gate.cluster();
    if ((await this.gate.use((store) => store.get(keys.alive(name)))) !== null) {
      throw refused(`node ${name} is alive`, 'stop its agent first: silence is not death, but life is');
    }
    const found = await this.keysOf(name);
    if (found.length === 0) throw notFound(`there is no node ${name}`);
    const { succeeded } = await this.gate.write((store) =>
      store.txn(
        [
          { key: keys.alive(name), absent: true },
          ...found.map(({ key, modRevision }) => ({ key, modRevision })),
        ],
        found.map(({ key }): Op => ({ delete: key })),
      ),
    );
    if (!succeeded) throw aborted(`node ${name} wrote something at the same moment`, 'repeat the call');
    this.audit.write({
      event: 'delete-node',
      user: caller.name,
      role: caller.role,
      what: name,
      keys: found.length,
    });
  }

  private keysOf(name: string): Promise<Entry[]> {
    return this.gate.use(async (store) => {
      const single = await Promise.all(
        [keys.node(name), keys.allocation(name), keys.realized(name)].map((key) => store.get(key)),
      );
      const below = await Promise.all(
        [keys.endpoints(name), keys.claims(name)].map((prefix) => store.list(prefix)),
      );
      const pools = await store.list(keys.pools());
      const given = await Promise.all(
        pools.entries.map(({ key }) =>
          store.list<PrefixOfValue>(keys.prefixesOf(key.slice(keys.pools().length))),
        ),
      );
      const ids = await store.list<NodeIdValue>(keys.nodeIds());
      const owned = [...given, ids]
        .flatMap(({ entries }) => entries)
        .filter(({ value }) => value.node === name);
      return [
        ...single.filter((entry) => entry !== null),
        ...below.flatMap(({ entries }) => entries),
        ...owned,
      ];
    });
  }
}
