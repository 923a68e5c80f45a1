/** What a look-up takes of what it finds, most exact first: the higher precedence, on a tie the deny, then the more exact. */
export function better<T extends { readonly precedence: number; readonly deny: boolean }>(
  best: T | undefined,
  next: T | undefined,
): T | undefined {
  if (!best || !next) return best ?? next;
  if (next.precedence !== best.precedence) return next.precedence > best.precedence ? next : best;
  return next.deny && !best.deny ? next : best;
}
