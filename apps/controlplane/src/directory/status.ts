import type { CheckInput } from '@sluice/api';
import type { DirectoryProblem, DirectoryStateValue } from '@sluice/store';

const MOST_CHECKS = 20;

const placeOf = ({ file, line, path }: DirectoryProblem): string => {
  const place = file === '' ? '' : line > 0 ? `${file}:${line}` : file;
  return [place, path].filter((part) => part !== '').join(' ');
};

/** A mistake as one line: where, what, and what holds instead. */
export function textOf(problem: DirectoryProblem): string {
  const place = placeOf(problem);
  return `${place === '' ? '' : `${place}: `}${problem.message}; ${problem.consequence}`;
}

/** What `status` says of the policy directories of the replicas that live; what several say alike is said once. */
export function directoryChecks(
  states: readonly { readonly replica: string; readonly value: DirectoryStateValue }[],
): CheckInput[] {
  const alike = new Map<string, { replicas: string[]; value: DirectoryStateValue }>();
  for (const { replica, value } of states) {
    const key = JSON.stringify([value.digest, value.state, value.problems]);
    const known = alike.get(key);
    if (known) known.replicas.push(replica);
    else alike.set(key, { replicas: [replica], value });
  }
  return [...alike.values()].flatMap(({ replicas, value }) => {
    const { state, files, problems } = value;
    const who = replicas.sort().join(', ');
    if (problems.length === 0)
      return [
        { name: 'directory', level: 'ok', message: `${files} policy files are applied (${who})`, hint: '' },
      ];
    const shown: CheckInput[] = problems.slice(0, MOST_CHECKS).map((problem) => {
      return { name: 'directory', level: problem.level, message: `${textOf(problem)} (${who})` };
    });
    const hidden = problems.length - shown.length;
    if (hidden > 0)
      shown.push({
        name: 'directory',
        level: 'error',
        message: `${hidden} more mistakes (${who})`,
        hint: '',
      });
    const hint =
      state === 'behind'
        ? 'give all replicas the same directory'
        : 'correct the files; the next look takes them';
    return shown.map((check) => ({ ...check, hint }));
  });
}
