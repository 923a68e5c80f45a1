import {
  formatLabel,
  isDerivedKey,
  labelsKey,
  NAMESPACE_LABEL,
  type Label,
  type Labels,
} from '@sluice/labels';

interface Expression {
  readonly key: string;
  readonly operator: 'DoesNotExist';
}

/** A selector as documents write it, keys with their source. */
export interface Selection {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly Expression[];
}

const keyOf = ({ source, key }: Label): string => `${source}:${key}`;
const NAMESPACE = `k8s:${NAMESPACE_LABEL}`;

/** The namespace of a workload; null where it has none, as nothing of an orchestrator. */
export function namespaceOf(labels: Labels): string | null {
  return labels.find((label) => keyOf(label) === NAMESPACE)?.value ?? null;
}

/** A selector under construction. */
class Choice {
  private readonly wanted = new Map<string, string>();
  private readonly absent = new Set<string>();

  want(label: Label): void {
    this.wanted.set(keyOf(label), label.value);
  }

  forbid(key: string): void {
    this.absent.add(key);
  }

  meets(labels: Labels): boolean {
    const own = new Map(labels.map((label) => [keyOf(label), label.value]));
    return (
      [...this.wanted].every(([key, value]) => own.get(key) === value) &&
      ![...this.absent].some((key) => own.has(key))
    );
  }

  result(): Selection {
    const absent = [...this.absent].sort();
    return {
      ...(this.wanted.size === 0 ? {} : { matchLabels: Object.fromEntries([...this.wanted].sort()) }),
      ...(absent.length === 0
        ? {}
        : { matchExpressions: absent.map((key) => ({ key, operator: 'DoesNotExist' as const })) }),
    };
  }
}

/** Tells `labels` from `other`, by a label that only the other has or else by one that adapters add. */
function tellApart(choice: Choice, labels: Labels, other: Labels): void {
  const own = new Set(labels.map(keyOf));
  const more = other.filter((label) => !own.has(keyOf(label)));
  const [extra] = [...more.filter(({ key }) => !isDerivedKey(key)), ...more];
  if (extra) return choice.forbid(keyOf(extra));
  const others = new Set(other.map(formatLabel));
  const missing = labels.find((label) => !others.has(formatLabel(label)));
  if (missing) choice.want(missing);
}

/**
 * The shortest selector that meets workloads with these labels in a policy of the namespace `scope` and none of `others`: their own
 * labels, the namespace where it is another one, and what else tells them apart. Derived labels stand in it only for that.
 * `narrowed`: it tells others apart by more than labels of their own.
 */
export function select(
  labels: Labels,
  scope: string | null,
  others: readonly Labels[],
): { readonly selection: Selection; readonly narrowed: boolean } {
  const choice = new Choice();
  const namespace = namespaceOf(labels);
  for (const label of labels) if (!isDerivedKey(label.key)) choice.want(label);
  if (namespace === null) choice.forbid(NAMESPACE);
  else if (namespace !== scope) choice.want({ source: 'k8s', key: NAMESPACE_LABEL, value: namespace });
  const near = others
    .filter((other) => namespaceOf(other) === namespace && labelsKey(other) !== labelsKey(labels))
    .sort((a, b) => (labelsKey(a) < labelsKey(b) ? -1 : 1));
  let narrowed = false;
  for (const other of near) {
    if (!choice.meets(other)) continue;
    tellApart(choice, labels, other);
    narrowed = true;
  }
  return { selection: choice.result(), narrowed };
}
