import type { CheckInput } from '@sluice/api';
import type { DirectoryProblem, DirectoryStateValue } from '@sluice/store';

const MOST_CHECKS = 20;

const placeOf = ({ file, line, path }: DirectoryProblem): string => {
  const place = file === '' ? '' : line > 0 ? `${file}:${line}` : file;
  return [place, path].filter((part) => part !== '').join(' ');
};

function checkOf(problem: DirectoryProblem): CheckInput {
  const place = placeOf(problem);
  const message = `${place === '' ? '' : `${place}: `}${problem.message}; ${problem.consequence}`;
  return { name: 'directory', level: problem.level, message, hint: '' };
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
    const shown = problems.slice(0, MOST_CHECKS).map((problem) => {
      const check = checkOf(problem);
      return { ...check, message: `${check.message ?? ''} (${who})` };
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
