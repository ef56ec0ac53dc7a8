import { numberedSql, toPgbenchScript } from './pgbench-script';

it('writes the parameters into the statements, and ids of its own in place of those that were seen', () => {
  const id = '019ac0de-0000-7000-8000-000000000001';
  const script = toPgbenchScript({
    statements: [
      {
        sql: 'insert into a\n  values ($1, $2, $3, $10)',
        parameters: [id, null, `{"id":"${id}","n":1}`, '', '', '', '', '', '', "it's \\ 2"],
      },
    ],
    substitutions: [{ text: id, sql: numberedSql('0d-', ':i') }],
    setUp: ['\\set i :i + 1'],
  });
  const made = `'0d-' || lpad(to_hex((:i)::bigint), 12, '0')`;
  expect(script.split('\n')).toEqual([
    '\\set i :i + 1',
    'begin;',
    `insert into a values (((${made})::uuid), null, (replace(E'{"id":"${id}","n"\\0721}', '${id}', ${made})), E'it''s \\\\ 2');`,
    'commit;',
    '',
  ]);
});
