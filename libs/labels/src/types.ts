/** Where a label comes from. `any` stands only in selectors. */
export type LabelSource = 'k8s' | 'container' | 'host' | 'user' | 'reserved' | 'cidr';

/** One label: `source:key=value`. The empty value is a value: `k8s:a=` is not the absence of `k8s:a`. */
export interface Label {
  readonly source: LabelSource;
  readonly key: string;
  readonly value: string;
}

/** A set of labels: by (source, key) unique, sorted by `source:key`. Immutable. */
export type Labels = readonly Label[];
