import { findTransaction } from './captured-statement';

const LOG = `x
other|7|LOG:  statement: begin
job-orchestrator|8|LOG:  statement: begin; set local statement_timeout = 1
job-orchestrator|9|LOG:  statement: begin; set local statement_timeout = 1
job-orchestrator|9|LOG:  execute <unnamed>: select 1
job-orchestrator|8|LOG:  execute <unnamed>: insert into a
\t  values ($1, $2, $3)
job-orchestrator|8|DETAIL:  Parameters: $1 = 'it''s
\tlong', $2 = NULL, $3 = '{"a": "b, $4 = c"}'
job-orchestrator|9|LOG:  statement: commit
job-orchestrator|8|LOG:  execute <unnamed>: select 2
`;

it('knows a begin that was sent with the first statement', () => {
  const log = `job-orchestrator|8|LOG:  execute <unnamed>: begin
job-orchestrator|8|LOG:  execute shotloom_1_0: insert into a
job-orchestrator|8|LOG:  statement: commit
`;
  expect(findTransaction(log, 'job-orchestrator', /insert into a/)).toEqual([
    { sql: 'insert into a', parameters: [] },
  ]);
});

it('finds the transaction of one connection with its parameters, once it has been committed', () => {
  expect(findTransaction(LOG, 'job-orchestrator', /insert into a/)).toBeUndefined();
  const whole = `${LOG}job-orchestrator|8|LOG:  statement: commit\n`;
  expect(findTransaction(whole, 'job-orchestrator', /insert into a/)).toEqual([
    {
      sql: 'insert into a\n  values ($1, $2, $3)',
      parameters: ["it's\nlong", null, '{"a": "b, $4 = c"}'],
    },
    { sql: 'select 2', parameters: [] },
  ]);
  expect(findTransaction(whole, 'storage', /insert into a/)).toBeUndefined();
});
