import { wantsEvent, WEBHOOK_EVENT_TYPES, WEBHOOK_PATTERNS } from './event-types';

describe('event types', () => {
  it('has every type and family in the patterns that may be asked for', () => {
    for (const type of WEBHOOK_EVENT_TYPES) {
      expect(WEBHOOK_PATTERNS).toContain(type);
      expect(WEBHOOK_PATTERNS).toContain(`${type.split('.')[0]}.*`);
    }
  });

  it.each([
    [['*'], true],
    [['job.*'], true],
    [['job.failed', 'job.completed'], true],
    [['job.failed'], false],
    [['webhook.*'], false],
    [[], false],
  ])('%j takes job.completed: %s', (patterns, wanted) => {
    expect(wantsEvent(patterns, 'job.completed')).toBe(wanted);
  });
});
