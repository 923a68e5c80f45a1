import { cidrLabels, type Labels, parsePrefix } from '@sluice/labels';
import { NODE_FLAG } from '@sluice/datapath';
import type { NodeInput } from '@sluice/policy';
import type { CidrIdentities } from '../world/cidrs.js';
import type { Owners } from '../world/owners.js';
import { PrefixSet } from '../world/prefixes.js';
import type { PolicyEngine } from './engine.js';

/**
 * The peers that policies may meet: identities of the store, prefixes with numbers of this node, and nodes. One that has gone stays
 * known to the policies until the kernel's ipcache has left it.
 */
export class Peers {
  private readonly named = new PrefixSet();
  /** Numbers of prefixes that are named. */
  private readonly cidrs = new Map<string, number>();
  private readonly gone = new Set<number>();
  private nodes: readonly NodeInput[] = [];
  private lingering: readonly NodeInput[] = [];

  constructor(
    private readonly engine: PolicyEngine,
    private readonly numbers: CidrIdentities,
    private readonly owners: Owners,
  ) {}

  /** Sets an identity's labels; null: the store does not have it any more. */
  setIdentity(identity: number, labels: Labels | null): void {
    if (labels) {
      this.gone.delete(identity);
      this.engine.setIdentity(identity, labels);
    } else this.gone.add(identity);
  }

  /** Takes what prefixes are named from now on and which are not. */
  setPrefixes({
    added,
    removed,
  }: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
  }): void {
    for (const prefix of removed) this.removePrefix(prefix);
    for (const prefix of added) {
      const number = this.numbers.assign(prefix);
      this.named.add(prefix);
      this.cidrs.set(prefix, number);
      this.owners.setCidr(prefix, number);
    }
    // A prefix bears the labels of all named ones that contain it.
    for (const prefix of new Set([...added, ...removed].flatMap((one) => this.named.inside(one)))) {
      const covering = this.named.covering(prefix).map(parsePrefix);
      this.setIdentity(this.cidrs.get(prefix)!, cidrLabels(parsePrefix(prefix), covering));
    }
  }

  private removePrefix(prefix: string): void {
    const number = this.numbers.release(prefix);
    this.named.delete(prefix);
    this.cidrs.delete(prefix);
    this.owners.setCidr(prefix, null);
    if (number !== null) this.setIdentity(number, null);
  }

  /** Sets the nodes that node selectors may meet. */
  setNodes(nodes: readonly NodeInput[]): void {
    const present = new Set(nodes.map(({ identity }) => identity));
    const isGone = ({ identity }: NodeInput) => (identity & NODE_FLAG) !== 0 && !present.has(identity);
    this.lingering = [...this.lingering, ...this.nodes].filter(isGone);
    this.nodes = nodes;
    this.engine.setNodes([...this.lingering, ...nodes]);
  }

  /** Forgets who has gone: to be called once the ipcache has left them. Returns whether there was somebody. */
  forget(): boolean {
    if (this.gone.size === 0 && this.lingering.length === 0) return false;
    for (const identity of this.gone) this.engine.setIdentity(identity, null);
    this.gone.clear();
    if (this.lingering.length > 0) this.engine.setNodes(this.nodes);
    this.lingering = [];
    return true;
  }
}
