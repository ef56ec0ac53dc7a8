const parameter = (name: string, place: 'query' | 'header', description: string): object => ({
  name,
  in: place,
  required: false,
  description,
  schema: { type: 'string' },
});

const EXAMPLE = [
  'event: connected',
  'data: {"id":"019aa000-0000-7000-8000-00000000000a"}',
  '',
  'id: 1795000000000-4711',
  'event: status',
  'data: {"type":"status","job_id":"019aa000-0000-7000-8000-000000000001","version":3,"status":"processing","stage":"running","conditions":[],"progress":40,"progress_estimated":false}',
  '',
  '',
].join('\n');

/** The route that notifier answers and we pass on, as it stands in the OpenAPI document. */
export const EVENTS_PATH = {
  '/api/v1/events': {
    get: {
      operationId: 'streamEvents',
      tags: ['Jobs'],
      summary:
        'What happens to your jobs, as server-sent events; with `Last-Event-ID` exactly what you missed',
      description:
        'Events: `connected`, then `status` for each job that has not ended, then `ready`; from there on `status`, `progress`, `job_complete` and `error` as they happen, with the same fields as on the WebSocket. Without `job_id` also `credits`: what you can spend, at first and after every change. With `Last-Event-ID` (kept for 7 days) only what came after it is told; `reset` says that this was not possible, and the present state follows. A line `: beat` keeps the connection alive.',
      parameters: [
        parameter('job_id', 'query', 'Only this job.'),
        parameter('ticket', 'query', 'A one-time ticket, where no header can be sent.'),
        parameter('last_event_id', 'query', 'As the header, where that cannot be set.'),
        parameter('Last-Event-ID', 'header', 'The last event that you saw; a browser sends it by itself.'),
      ],
      responses: {
        200: {
          description: 'The stream; it does not end by itself.',
          content: { 'text/event-stream': { schema: { type: 'string' }, example: EXAMPLE } },
        },
        404: { description: 'There is no such job, or it is not yours.' },
        422: { description: '`job_id` is no id.' },
        429: { description: 'Too many sockets and streams of yours are open.' },
        503: { description: 'Something that is needed cannot be reached now; try again.' },
      },
    },
  },
};
