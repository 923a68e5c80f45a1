import { isAllowed, matrixTable, mistakes, shopCells, type Answer } from './matrix.js';

const answers = (reached: (cell: Answer) => boolean, error = 'timeout'): Answer[] =>
  shopCells()
    .map((cell) => ({ ...cell, reached: false, error }))
    .map((cell) => (reached(cell) ? { ...cell, reached: true, error: null } : cell));

describe('the matrix', () => {
  it('asks each ordered pair over both families for the own port, the admin port and UDP', () => {
    expect(shopCells()).toHaveLength(5 * 4 * 2 * 3);
    expect(shopCells().filter(isAllowed)).toHaveLength(8);
  });

  it('is content with exactly what is expected', () => {
    expect(mistakes(answers(isAllowed), isAllowed)).toEqual([]);
  });

  it('names what is open or shut by mistake', () => {
    const wrong = mistakes(
      answers(
        (cell) => cell.family === 4 && cell.from === 'stranger' && cell.to === 'web' && cell.port === 80,
      ),
      () => false,
    );
    expect(wrong).toEqual([
      'stranger -> web port 80/tcp over IPv4: reached',
      'stranger -> web port 80/udp over IPv4: reached',
    ]);
    expect(
      mistakes(
        answers(() => false),
        isAllowed,
      ),
    ).toHaveLength(8);
  });

  it('does not take a server that is down for a refusal', () => {
    expect(
      mistakes(
        answers(() => false, 'ECONNREFUSED'),
        () => false,
      ),
    ).toHaveLength(120);
  });

  it('prints one family alone as such', () => {
    const table = matrixTable(answers((cell) => isAllowed(cell) && cell.family === 6));
    expect(table).toContain('v6');
    expect(table).not.toContain('yes');
    expect(matrixTable(answers(isAllowed)).match(/yes/g)).toHaveLength(4);
  });
});
