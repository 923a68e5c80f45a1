import type { ProbeResult } from '../workload/protocol.js';
import { ADMIN_PORT, ALLOWED, MAIN_PORT, NAMES, type Name, type Shop } from './shop.js';

/** One question: does what `from` sends to this port of `to` come back? */
export interface Cell {
  readonly from: Name;
  readonly to: Name;
  readonly port: number;
  readonly family: 4 | 6;
  readonly transport: 'tcp' | 'udp';
}
export interface Answer extends Cell {
  readonly reached: boolean;
  readonly error: string | null;
}

/** Every pair on the server's own port and on its admin port over TCP, and the own port over UDP; both families. */
export function shopCells(): Cell[] {
  return NAMES.flatMap((from) =>
    NAMES.filter((to) => to !== from).flatMap((to) =>
      ([4, 6] as const).flatMap((family) => [
        { from, to, family, port: MAIN_PORT[to], transport: 'tcp' as const },
        { from, to, family, port: ADMIN_PORT, transport: 'tcp' as const },
        { from, to, family, port: MAIN_PORT[to], transport: 'udp' as const },
      ]),
    ),
  );
}

/** Does examples/shop.yaml allow it? */
export const isAllowed = ({ from, to, port, transport }: Cell): boolean =>
  transport === 'tcp' &&
  port === MAIN_PORT[to] &&
  ALLOWED.some(([client, server]) => client === from && server === to);

/** Asks all cells at once. A refused packet gets no answer, so this takes about `timeoutMs`. */
export async function probeMatrix(shop: Shop, cells = shopCells(), timeoutMs = 500): Promise<Answer[]> {
  const results = await Promise.all(
    NAMES.map((name) => {
      const own = cells.filter(({ from }) => from === name);
      const all = own.map(({ to, port, family, transport }) => ({
        host: shop[to].address(family),
        port,
        transport,
        timeoutMs,
      }));
      return shop[name]
        .ask('probes', { all })
        .then((answers) => own.map((cell, i) => answer(cell, answers[i])));
    }),
  );
  return results.flat();
}

const answer = (cell: Cell, result: ProbeResult | undefined): Answer => ({
  ...cell,
  reached: result?.ok ?? false,
  error: result === undefined ? 'not asked' : result.error,
});

/** What is not as `expected`, one line each; a workload that cannot be asked at all never counts as refused. */
export function mistakes(answers: readonly Answer[], expected: (cell: Cell) => boolean): string[] {
  return answers
    .filter((cell) => cell.reached !== expected(cell) || (!cell.reached && cell.error !== 'timeout'))
    .map((cell) => `${describe(cell)}: ${cell.reached ? 'reached' : `not reached (${cell.error})`}`);
}

export const describe = ({ from, to, port, family, transport }: Cell): string =>
  `${from} -> ${to} port ${port}/${transport} over IPv${family}`;

/** A table for people: rows call columns. `yes` on both families, `v4` or `v6` on one, `-` on none. */
export function matrixTable(answers: readonly Answer[]): string {
  const main = answers.filter(({ to, port, transport }) => transport === 'tcp' && port === MAIN_PORT[to]);
  const cell = (from: Name, to: Name): string => {
    if (from === to) return '.';
    const [four, six] = ([4, 6] as const).map((family) =>
      main.some((a) => a.from === from && a.to === to && a.family === family && a.reached),
    );
    if (four === six) return four === true ? 'yes' : '-';
    return four === true ? 'v4' : 'v6';
  };
  const heads = NAMES.map((name) => `${name}:${MAIN_PORT[name]}`);
  const line = (first: string, rest: readonly string[]) =>
    `  ${first.padEnd(10)}${rest.map((text, i) => text.padEnd((heads[i] ?? '').length + 2)).join('')}`.trimEnd();
  return [
    line('', heads),
    ...NAMES.map((from) =>
      line(
        from,
        NAMES.map((to) => cell(from, to)),
      ),
    ),
  ].join('\n');
}
