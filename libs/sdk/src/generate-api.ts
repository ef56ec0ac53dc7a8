import { randomKey } from './idempotency';
import type { Transport } from './transport';
import type { Accepted, ImageToVideo, JobResource, Operation, TextToVideo, VideoToAnime } from './types';

export interface GenerateOptions {
  /** The same key and body give the same jobs. Default: a random one, kept through this call's own retries. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

/** The three ways to ask for a video. Each answers when the job is accepted and its credits are held. */
export class GenerateApi {
  constructor(private readonly transport: Transport) {}

  imageToVideo(body: ImageToVideo, options?: GenerateOptions): Promise<Accepted> {
    return this.accept('image-to-video', body, options);
  }

  textToVideo(body: TextToVideo, options?: GenerateOptions): Promise<Accepted> {
    return this.accept('text-to-video', body, options);
  }

  videoToAnime(body: VideoToAnime, options?: GenerateOptions): Promise<Accepted> {
    return this.accept('video-to-anime', body, options);
  }

  private async accept(operation: Operation, body: object, options: GenerateOptions = {}): Promise<Accepted> {
    const answer = await this.transport.call<JobResource | { data: [JobResource, ...JobResource[]] }>(
      `/api/v1/generate/${operation}`,
      {
        method: 'POST',
        body,
        idempotencyKey: options.idempotencyKey ?? randomKey(),
        signal: options.signal,
      },
    );
    return 'data' in answer ? { job: answer.data[0], jobs: answer.data } : { job: answer, jobs: [answer] };
  }
}
