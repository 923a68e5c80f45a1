import { type EndpointPorts, type NamedPorts, namedPortsOf, portsOf } from '@sluice/policy';

/** Endpoints of one identity that have equal ports. */
interface Alike {
  readonly example: EndpointPorts;
  count: number;
}

/**
 * What names of ports mean for each identity, kept by endpoint: a change of one looks at no other. What an endpoint had before counts
 * until `forget`: while the kernel's ipcache still gives its address to an identity, no name of that may mean what the endpoint
 * does not agree to.
 */
export class PortNames {
  private readonly bySource = new Map<string, { readonly identity: number; readonly ports: string }>();
  private readonly byIdentity = new Map<number, Map<string, Alike>>();
  private readonly touched = new Set<number>();
  private readonly told = new Map<number, string>();
  private left: { readonly identity: number; readonly ports: string }[] = [];

  /** Takes an endpoint's ports or, with null, forgets it. */
  set(source: string, endpoint: EndpointPorts | null): void {
    const before = this.bySource.get(source);
    const ports = endpoint && keyOf(endpoint);
    if (before && before.identity === endpoint?.identity && before.ports === ports) return;
    if (before) this.left.push(before);
    this.bySource.delete(source);
    if (!endpoint || ports === null) return;
    this.bySource.set(source, { identity: endpoint.identity, ports });
    this.join(endpoint, ports);
  }

  /** Forgets what endpoints had before: to be called once the ipcache has left it. Returns whether there was anything. */
  forget(): boolean {
    const { left } = this;
    this.left = [];
    for (const { identity, ports } of left) this.leave(identity, ports);
    return left.length > 0;
  }

  /** The identities whose names mean something else since the last call; null: they name no port any more. */
  take(): [number, NamedPorts | null][] {
    const changes: [number, NamedPorts | null][] = [];
    for (const identity of this.touched) {
      const alike = [...(this.byIdentity.get(identity) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
      const ports = namedPortsOf(alike.map(([, { example }]) => example)).get(identity) ?? null;
      const key = JSON.stringify(ports);
      if (key === (this.told.get(identity) ?? 'null')) continue;
      if (ports) this.told.set(identity, key);
      else this.told.delete(identity);
      changes.push([identity, ports]);
    }
    this.touched.clear();
    return changes;
  }

  private join(endpoint: EndpointPorts, ports: string): void {
    const { identity, namedPorts } = endpoint;
    let lists = this.byIdentity.get(identity);
    if (!lists) this.byIdentity.set(identity, (lists = new Map<string, Alike>()));
    const alike = lists.get(ports);
    if (alike) alike.count += 1;
    else {
      lists.set(ports, { example: { identity, namedPorts }, count: 1 });
      this.touched.add(identity);
    }
  }

  private leave(identity: number, ports: string): void {
    const lists = this.byIdentity.get(identity);
    const alike = lists?.get(ports);
    if (!lists || !alike || --alike.count > 0) return;
    lists.delete(ports);
    if (lists.size === 0) this.byIdentity.delete(identity);
    this.touched.add(identity);
  }
}

/** Equal lists of ports, in whatever order, have equal keys. */
function keyOf(endpoint: EndpointPorts): string {
  if (endpoint.namedPorts.length === 0) return '';
  const ports = portsOf(endpoint);
  return ports.map(({ name, protocol, port }) => `${name}/${protocol}/${port}`).sort().join(); // prettier-ignore
}
