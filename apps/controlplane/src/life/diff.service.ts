import { Injectable } from '@nestjs/common';
import type { DiffRequest, DiffResponse } from '@sluice/api';
import type { PolicyRef } from '@sluice/policy';
import { invalid, notFound } from '../failure.js';
import { parsePolicies } from '../policies/parse.js';
import { keyOf, nameOf } from '../policies/plan.js';
import { RevisionsService, revisionOf, type Kept } from '../policies/revisions.service.js';
import { difference } from './difference.js';

interface Side {
  readonly title: string;
  /** Undefined: there is no policy. */
  readonly document: unknown;
}
const ABSENT: Side = { title: 'absent', document: undefined };

/** Two forms of one policy beside each other. */
@Injectable()
export class DiffService {
  constructor(private readonly revisions: RevisionsService) {}

  /**
   * What changed from one kept form, live form or document to another. INVALID_ARGUMENT where the document is wrong or another
   * policy's, NOT_FOUND where a revision is not kept or nothing is known of the policy.
   */
  async diff({ policy, from, to, text }: DiffRequest): Promise<DiffResponse> {
    const ref = policy ?? { kind: '', scope: '', name: '' };
    if (text !== '' && to !== 0)
      throw invalid('give a document or the revision `to`, not both', 'leave one out');
    const kept = await this.revisions.kept(ref);
    if (text === '' && kept.live === null && kept.earlier.length === 0)
      throw notFound(`there is no ${nameOf(ref)}, and no history of it`);
    const after = text !== '' ? given(ref, text) : to === 0 ? live(kept) : at(ref, kept, to);
    const before = from !== 0 ? at(ref, kept, from) : text !== '' ? live(kept) : earlier(kept, to);
    return { from: before.title, to: after.title, fields: difference(before.document, after.document) };
  }
}

/** The document of a text that is this policy, in the form in which it would be stored. */
function given(ref: PolicyRef, text: string): Side {
  const { policies, problems } = parsePolicies(text, '');
  const [first] = problems;
  if (first !== undefined)
    throw invalid(`${first.path ?? ''}: ${first.message ?? ''}`, 'nothing was compared', problems);
  const found = policies.find((wanted) => keyOf(wanted.ref) === keyOf(ref));
  if (found === undefined) throw invalid(`the text does not hold ${nameOf(ref)}`);
  return { title: 'the document given', document: found.document };
}

const live = ({ live }: Kept): Side =>
  live === null ? ABSENT : { title: `revision ${live.modRevision} (live)`, document: live.value.document };

function at(ref: PolicyRef, kept: Kept, revision: number): Side {
  if (kept.live?.modRevision === revision) return live(kept);
  const form = kept.earlier.find((entry) => revisionOf(entry) === revision);
  if (form === undefined)
    throw notFound(`${nameOf(ref)} has no form of revision ${revision}`, 'history lists those that are kept');
  return { title: `revision ${revision}`, document: form.value.previous.document };
}

/** The newest form before `to`, or before the live one; before a form that was created anew after a deletion: none. */
function earlier(kept: Kept, to: number): Side {
  const end = to !== 0 ? to : (kept.live?.modRevision ?? Infinity);
  const [form] = kept.earlier
    .filter((entry) => revisionOf(entry) < end)
    .sort((a, b) => revisionOf(b) - revisionOf(a));
  if (form === undefined) return ABSENT;
  // The form that replaced it has the revision at which its history was written; a deletion leaves a gap.
  const deleted = form.value.action === 'delete' && end !== Infinity;
  return deleted ? ABSENT : { title: `revision ${revisionOf(form)}`, document: form.value.previous.document };
}
