import { consumersFor } from './subjects';
import { STREAMS } from './topology';

const consumers = consumersFor(['animatic', 'kling']);

it('has one durable for each filter: two on a work queue would be refused', () => {
  expect(new Set(consumers.map((consumer) => consumer.durable)).size).toBe(consumers.length);
  expect(new Set(consumers.map((consumer) => consumer.filter)).size).toBe(consumers.length);
});

it('filters only what its stream holds', () => {
  for (const consumer of consumers) {
    const stream = Object.values(STREAMS).find((candidate) => candidate.name === consumer.stream);
    const prefix = stream?.subjects[0]?.replace('>', '') ?? 'none';
    expect(consumer.filter.startsWith(prefix)).toBe(true);
  }
});
