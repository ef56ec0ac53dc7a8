import { socketMessageSchema } from './socket-messages';

/** As the multi-shot engine's document shows them. */
const DOCUMENTED = [
  { type: 'connected', job_id: 'job_abc123', message: 'Connected to job job_abc123' },
  {
    ...{ type: 'progress', job_id: 'job_abc123', step: 'Generating shot 2 of 3' },
    ...{ progress: 45, shot_id: 'shot_002' },
  },
  {
    ...{ type: 'shot_complete', job_id: 'job_abc123', shot_id: 'shot_002' },
    video_path: '/workspace/videos/job_abc123/shot_002.mp4',
  },
  {
    ...{ type: 'job_complete', job_id: 'job_abc123' },
    output_path: '/workspace/videos/job_abc123/final_output.mp4',
  },
  { type: 'error', job_id: 'job_abc123', error: 'Error message here' },
].map((message) => [message.type, message] as const);

it.each(DOCUMENTED)('needs of %s exactly the fields that older clients know', (_, message) => {
  expect(socketMessageSchema.parse(message)).toEqual(message);
  for (const field of Object.keys(message)) {
    const rest = Object.fromEntries(Object.entries(message).filter(([name]) => name !== field));
    expect([field, socketMessageSchema.safeParse(rest).success]).toEqual([field, false]);
  }
});
