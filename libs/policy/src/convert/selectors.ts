import { NAMESPACE_LABEL, NAMESPACE_LABELS_PREFIX, type SelectorDocument } from '@sluice/labels';

type Expressions = NonNullable<SelectorDocument['matchExpressions']>;

/** A Kubernetes selector speaks of the orchestrator's labels: `prefix` stands before each key. */
function renamed(document: SelectorDocument, prefix: string): Required<SelectorDocument> {
  const { matchLabels, matchExpressions } = document;
  return {
    matchLabels: Object.fromEntries(Object.entries(matchLabels ?? {}).map(([k, v]) => [prefix + k, v])),
    matchExpressions: (matchExpressions ?? []).map((e) => ({ ...e, key: prefix + e.key })),
  };
}

/** One selector of several that must all hold; parts that are empty are left out. */
function joined(parts: readonly SelectorDocument[]): SelectorDocument {
  const matchLabels: Record<string, string> = {};
  const matchExpressions = parts.flatMap(
    ({ matchLabels: own, matchExpressions: expressions }): Expressions => {
      const twice = Object.entries(own ?? {}).filter(([key]) => Object.hasOwn(matchLabels, key));
      Object.assign(matchLabels, { ...own, ...matchLabels });
      return [
        ...twice.map(([key, v]) => ({ key, operator: 'In' as const, values: [v] })),
        ...(expressions ?? []),
      ];
    },
  );
  return {
    ...(Object.keys(matchLabels).length > 0 ? { matchLabels } : {}),
    ...(matchExpressions.length > 0 ? { matchExpressions } : {}),
  };
}

const IN_ANY_NAMESPACE: SelectorDocument = {
  matchExpressions: [{ key: `k8s:${NAMESPACE_LABEL}`, operator: 'Exists' }],
};

/** Whether a selector names namespaces itself, so that the native language takes it as it is. */
const namesNamespaces = ({ matchLabels, matchExpressions }: SelectorDocument): boolean =>
  [...Object.keys(matchLabels ?? {}), ...(matchExpressions ?? []).map((e) => e.key)].some(
    (key) => key === NAMESPACE_LABEL || key.startsWith(NAMESPACE_LABELS_PREFIX),
  );

/** Pods of a namespace by their own labels; a peer without further words is in the namespace of its policy. */
export function podsHere(pods: SelectorDocument | null | undefined, namespace: string): SelectorDocument {
  const own = { key: `k8s:${NAMESPACE_LABEL}`, operator: 'In' as const, values: [namespace] };
  return joined([
    renamed(pods ?? {}, 'k8s:'),
    ...(namesNamespaces(pods ?? {}) ? [{ matchExpressions: [own] }] : []),
  ]);
}

/** Pods by the labels of their namespaces and by their own, wherever they are. */
export function podsAnywhere(
  namespaces: SelectorDocument,
  pods: SelectorDocument | null | undefined,
): SelectorDocument {
  return joined([
    renamed(pods ?? {}, 'k8s:'),
    renamed(namespaces, `k8s:${NAMESPACE_LABELS_PREFIX}`),
    IN_ANY_NAMESPACE,
  ]);
}
