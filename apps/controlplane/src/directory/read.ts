import { parseDocuments, type DocumentError, type PolicyRef } from '@sluice/policy';
import { keyOf, nameOf } from '../policies/plan.js';
import { rawDocuments, type RawDocument } from './raw.js';
import type { FileText, Scan } from './scan.js';
import { shutForm } from './shut.js';

/** A mistake with its place. */
export interface Mistake {
  readonly file: string;
  /** From 1; 0: unknown. */
  readonly line: number;
  readonly path: string;
  readonly message: string;
  /** Key of the policy that it is in; null: that is not known. */
  readonly key: string | null;
}

export interface Accepted {
  readonly ref: PolicyRef;
  readonly document: unknown;
  readonly file: string;
  readonly line: number;
}

export interface Refused {
  readonly ref: PolicyRef;
  /** A form that nodes refuse too and whose subject they isolate; null: its subject cannot be read. */
  readonly shut: unknown;
  readonly why: string;
}

/** What the files of a directory say. */
export interface Content {
  readonly files: number;
  readonly accepted: readonly Accepted[];
  readonly refused: readonly Refused[];
  readonly mistakes: readonly Mistake[];
  /** False where something cannot be read so far that the policies in it are known: then nothing may be pruned. */
  readonly complete: boolean;
}

interface FileContent {
  readonly accepted: Accepted[];
  readonly refused: Refused[];
  readonly mistakes: Mistake[];
  readonly complete: boolean;
}

function rawOf(raw: readonly RawDocument[], { document, path }: DocumentError): RawDocument | undefined {
  const item = /^\$\.items\[(\d+)\]/.exec(path)?.[1];
  const found = raw.filter(({ index }) => index === document);
  return found.length === 1 && item === undefined ? found[0] : found.find((one) => String(one.item) === item);
}

function readFile({ name: file, text }: FileText): FileContent {
  const { documents, errors } = parseDocuments(text, file);
  const accepted = documents.map(({ kind, scope, name, document, line }): Accepted => {
    return { ref: { kind, scope, name }, document: JSON.parse(JSON.stringify(document)), file, line };
  });
  if (errors.length === 0) return { accepted, refused: [], mistakes: [], complete: true };
  const raw = rawDocuments(text) ?? [];
  const sound = new Set(accepted.map(({ ref }) => keyOf(ref)));
  const wrong = new Set(errors.map(({ document }) => document));
  const suspects = raw.filter(
    ({ index, ref }) => wrong.has(index) && !(ref !== null && sound.has(keyOf(ref))),
  );
  const refused = suspects.flatMap(({ ref, value, index }): Refused[] => {
    if (ref === null) return [];
    const own = errors.filter(({ document }) => document === index);
    const why = own[0]?.message ?? 'it is wrong';
    return [
      {
        ref,
        shut: shutForm(
          ref,
          value,
          why,
          own.map(({ path }) => path),
        ),
        why,
      },
    ];
  });
  const mistakes = errors.map((error): Mistake => {
    const ref = rawOf(raw, error)?.ref ?? null;
    const { line, path, message, hint } = error;
    const full = hint === null ? message : `${message} (${hint})`;
    return { file, line: line ?? 0, path, message: full, key: ref === null ? null : keyOf(ref) };
  });
  // A text that is refused before its documents are looked at has none of them here.
  const seen = new Set(raw.map(({ index }) => index));
  const complete = suspects.every(({ ref }) => ref !== null) && errors.every((e) => seen.has(e.document));
  return { accepted, refused, mistakes, complete };
}

/** Policies that stand in several places: which one is meant is not known, so none is taken. */
function onlyOnce(all: readonly Accepted[]): Pick<FileContent, 'accepted' | 'refused' | 'mistakes'> {
  const groups = new Map<string, Accepted[]>();
  for (const one of all) {
    const key = keyOf(one.ref);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const accepted: Accepted[] = [];
  const refused: Refused[] = [];
  const mistakes: Mistake[] = [];
  for (const [key, [first, ...more]] of groups) {
    if (first === undefined) continue;
    if (more.length === 0) {
      accepted.push(first);
      continue;
    }
    const why = `${nameOf(first.ref)} stands in ${[first, ...more].map(({ file, line }) => `${file}:${line}`).join(' and ')}`;
    refused.push({ ref: first.ref, shut: shutForm(first.ref, first.document, why), why });
    const { file, line } = more[0] as Accepted;
    mistakes.push({ file, line, path: '$.metadata.name', message: why, key });
  }
  return { accepted, refused, mistakes };
}

/** Reads all files of a directory: what is sound, and what must fail shut. Pure; never throws. */
export function readContent({ files, unreadable }: Pick<Scan, 'files' | 'unreadable'>): Content {
  const each = files.map(readFile);
  const once = onlyOnce(each.flatMap(({ accepted }) => accepted));
  const unread = unreadable.map(({ name, why }): Mistake => {
    return { file: name, line: 0, path: '', message: why, key: null };
  });
  const refused = [...each.flatMap((file) => file.refused), ...once.refused];
  const keys = new Set(refused.map(({ ref }) => keyOf(ref)));
  return {
    files: files.length + unreadable.length,
    // One that is right in one place and wrong in another is not known either.
    accepted: once.accepted.filter(({ ref }) => !keys.has(keyOf(ref))),
    refused: [...new Map(refused.map((one) => [keyOf(one.ref), one])).values()],
    mistakes: [...unread, ...each.flatMap((file) => file.mistakes), ...once.mistakes],
    complete: unreadable.length === 0 && each.every(({ complete }) => complete),
  };
}
