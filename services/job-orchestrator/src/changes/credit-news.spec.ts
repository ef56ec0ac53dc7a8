import { jobChangedV1, type Envelope } from '@shotloom/contracts';
import { CreditNews } from './credit-news';

const event = (status: string, accountId: string): Envelope => ({
  ...{ id: 'm', type: jobChangedV1.type, occurredAt: '', correlationId: '', producer: 'job-orchestrator' },
  payload: { state: { accountId, status } },
});

function listen() {
  const told: string[][] = [];
  const emit = (_contract: unknown, payload: { accountIds: string[] }) => void told.push(payload.accountIds);
  return { told, news: new CreditNews({ emit } as never) };
}

it.each(['queued', 'completed', 'failed', 'cancelled'])('tells whose balance a %s job changes', (status) => {
  const { told, news } = listen();
  for (const accountId of ['a', 'b', 'a']) news.published(event(status, accountId));
  news.stop();
  expect(told).toEqual([['a', 'b']]);
});

it('says nothing of what moves no credits, and of other messages', () => {
  const { told, news } = listen();
  for (const status of ['draft', 'submitted', 'processing', 'storing']) news.published(event(status, 'a'));
  news.published({ ...event('queued', 'a'), type: 'work.submit.v1' });
  news.published({ ...event('queued', 'a'), payload: {} });
  news.stop();
  expect(told).toEqual([]);
});
