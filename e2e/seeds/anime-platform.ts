import { newId } from '@shotloom/kernel';
import {
  expectFilmAt,
  guest,
  hurryToEnd,
  refusedSocket,
  ticketOf,
  Watcher,
  type Guest,
  type Scene,
} from './scene';
import { userMessage, type UserMessage } from './socket-shapes';

const isOf = (job: string, type: UserMessage['type']) => (message: UserMessage) =>
  message.type === type && 'job_id' in message && message.job_id === job;

/** 000, the anime platform: `/ws/jobs/{user_id}`, with all of a user's jobs on one socket. Its other routes are tried with the gateway. */
export function watchesAllJobsOfAUser(scene: () => Scene): void {
  let user: Guest;
  beforeAll(async () => {
    user = await guest(scene());
  });

  /** 请求格式 of its document, as it stands there. */
  const order = async (more: object = {}): Promise<string> => {
    const { file_url } = await user.api.upload('rocket.jpg');
    const { id } = await user.api.post<{ id: string }>('/api/v1/generate/image-to-video', {
      prompt: 'hair in the wind',
      style_preset: 'ghibli',
      provider: 'kling',
      duration: 5,
      aspect_ratio: '9:16',
      file_url,
      ...more,
    });
    return id;
  };
  const watch = async (): Promise<Watcher<UserMessage>> =>
    Watcher.open(scene(), `/ws/jobs/${user.userId}?ticket=${await ticketOf(user)}`, userMessage);

  it('tells of each job from its order to its video, and of the credits', async () => {
    const all = await watch();
    const greeting = await all.until('the greeting', ({ type }) => type === 'connected');
    expect(greeting).toMatchObject({ job_id: user.userId });
    const [one, other] = [await order(), await order({ style_preset: 'chibi', aspect_ratio: '1:1' })];
    await Promise.all([one, other].map((id) => hurryToEnd(scene(), user, id)));
    for (const job of [one, other]) {
      const end = await all.until(`the end of ${job}`, isOf(job, 'job_complete'));
      if (end.type === 'job_complete') await expectFilmAt(scene(), end.output_path);
      const said = all.messages.flatMap((message) =>
        message.type === 'status' && message.job_id === job ? [message] : [],
      );
      const states = [...new Set(said.map(({ status }) => status))];
      expect(states).toEqual(
        ['queued', 'submitted', 'processing', 'storing', 'completed'].filter((state) =>
          states.includes(state as (typeof states)[number]),
        ),
      );
      expect(states).toEqual(expect.arrayContaining(['queued', 'completed']));
      const shown = said.map(({ progress }) => progress);
      expect(shown).toEqual(shown.toSorted((a, b) => a - b));
    }
    const { available } = await user.api.json<{ available: number }>('/api/v1/credits');
    await all.until(
      'the balance',
      (message) => message.type === 'credits' && message.available === available,
    );
    all.socket.terminate();
  });

  it('answers its heartbeat, and tells the present state to who comes again', async () => {
    const first = await watch();
    first.socket.send(JSON.stringify({ type: 'ping' }));
    await first.until('the pong', ({ type }) => type === 'pong');
    first.socket.terminate();
    const job = await order();
    const again = await watch();
    await again.until('the state of a job that goes on', isOf(job, 'status'));
    await user.api.post(`/api/v1/jobs/${job}/cancel`, {});
    await hurryToEnd(scene(), user, job);
    const terminal = (message: UserMessage): boolean =>
      isOf(job, 'error')(message) || isOf(job, 'job_complete')(message);
    await again.until('the end of what was cancelled', terminal);
    again.socket.terminate();
  });

  it("is for the user alone: nobody watches another's jobs, and an id of nobody looks the same", async () => {
    const stranger = await guest(scene());
    const headers = { authorization: `Bearer ${stranger.key}` };
    for (const id of [user.userId, newId(), "x' or '1'='1", '..%2f..']) {
      expect([id, await refusedSocket(scene(), `/ws/jobs/${encodeURIComponent(id)}`, headers)]).toEqual([
        id,
        404,
      ]);
    }
    expect(await refusedSocket(scene(), `/ws/jobs/${user.userId}`)).toBe(401);
    const ticket = await ticketOf(stranger);
    expect(await refusedSocket(scene(), `/ws/jobs/${user.userId}?ticket=${ticket}`)).toBe(404);
  });
}
