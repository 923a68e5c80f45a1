import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { until, type Workload } from '@sluice/lab';

/** Raw SCTP (RFC 9260): a common header and one DATA chunk. The kernels of tests need not know the protocol. */
const SEND = `
import socket, struct, sys, time
family, protocol, source, address, source_port, port = sys.argv[1:7]
kind = socket.AF_INET if family == '4' else socket.AF_INET6
payload = b'x' * 16
if protocol == '17':
    s = socket.socket(kind, socket.SOCK_DGRAM)
    s.bind((source, int(source_port)))
else:
    s = socket.socket(kind, socket.SOCK_RAW, int(protocol))
    s.bind((source, 0))
    payload = struct.pack('>HHIIBBHIHHI', int(source_port), int(port), 7, 0, 0, 3, 20, 1, 0, 0, 0) + b'data'
for n in range(12000):
    try:
        s.sendto(payload, (address, int(port) if protocol == '17' else 0))
    except OSError:
        pass
    print(n + 1, flush=True)
    time.sleep(0.005)
`;
const RECEIVE = `
import socket, sys
family, protocol, address, port = sys.argv[1:5]
kind = socket.AF_INET if family == '4' else socket.AF_INET6
if protocol == '17':
    s = socket.socket(kind, socket.SOCK_DGRAM)
    s.bind((address, int(port)))
else:
    s = socket.socket(kind, socket.SOCK_RAW, int(protocol))
    s.bind((address, 0))
print(0, flush=True)
n = 0
while True:
    s.recv(2048)
    n += 1
    print(n, flush=True)
`;

/** A program in a workload's namespace that counts aloud. */
class Counter implements Disposable {
  count = -1;
  private readonly child: ChildProcess;

  constructor(netns: string, program: string, ...args: readonly string[]) {
    const command = [`--net=${netns}`, 'python3', '-c', program, ...args];
    this.child = spawn('nsenter', command, { stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface({ input: this.child.stdout! }).on('line', (line) => (this.count = Number(line)));
  }

  /** Waits until it has counted so many more. */
  async more(count: number): Promise<void> {
    const before = this.count;
    await until(`${count} more`, () => this.count >= before + count, 20_000, 10);
  }

  [Symbol.dispose](): void {
    this.child.kill('SIGKILL');
  }
}

/** Packets that one workload sends another, two hundred a second for at most a minute, and nobody answers. */
export class OneWay implements Disposable {
  private sender: Counter | null = null;
  private readonly receiver: Counter;

  constructor(
    readonly protocol: 'UDP' | 'SCTP',
    private readonly family: 4 | 6,
    private readonly from: Workload,
    private readonly to: Workload,
    private readonly ports: readonly [source: number, destination: number],
  ) {
    this.receiver = new Counter(to.netns, RECEIVE, ...this.kind, to.address(family), String(ports[1]));
  }

  private get kind(): readonly [string, string] {
    return [String(this.family), this.protocol === 'UDP' ? '17' : '132'];
  }

  async start(): Promise<void> {
    await until('the receiver listens', () => this.receiver.count >= 0, 20_000, 10);
    const ends = [this.from.address(this.family), this.to.address(this.family)];
    this.sender = new Counter(this.from.netns, SEND, ...this.kind, ...ends, ...this.ports.map(String));
  }

  /** Waits until so many more have arrived. */
  flows(count: number): Promise<void> {
    return this.receiver.more(count);
  }

  /** How many of the next `count` packets arrive, besides those that are on their way now. */
  async arriving(count: number): Promise<number> {
    await this.sender!.more(20);
    const before = this.receiver.count;
    await this.sender!.more(count);
    return this.receiver.count - before;
  }

  [Symbol.dispose](): void {
    this.sender?.[Symbol.dispose]();
    this.receiver[Symbol.dispose]();
  }
}
